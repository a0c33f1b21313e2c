// The web chat: shows what the server pushes and posts what a person does.

import { el, formatted, safeAddress } from "./formatting.js";

const clock = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat([], { weekday: "long", month: "long", day: "numeric" });
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}\uFE0F?\s?){1,3}$/u;
const HEADERS = { "X-Sandbox": "1" };
const NEAR = 90; // pixels from the end at which new messages still scroll into view

// ── one chat ────────────────────────────────────────────────────────────────────────────────

const bytes = (size) =>
  size < 1024 ? `${size} B` : size < 1 << 20 ? `${Math.round(size / 1024)} KB` : `${(size / (1 << 20)).toFixed(1)} MB`;

class Chat {
  constructor(user) {
    this.user = user;
    this.root = document.getElementById("chat").content.firstElementChild.cloneNode(true);
    this.messages = new Map();
    this.commands = [];
    this.unread = 0;
    this.find = (name) => this.root.querySelector(name);
    this.scroll = this.find(".scroll");
    this.log = this.find(".log");
    this.text = this.find(".text");
    this.wire();
  }

  // ── showing ──

  take(news) {
    switch (news.kind) {
      case "snapshot": return this.snapshot(news);
      case "message": return this.arrived(news.message);
      case "edited": return this.edited(news.message);
      case "deleted": return this.deleted(news.id);
      case "typing": return this.typing();
      case "notice": return this.notice(news);
    }
  }

  snapshot(news) {
    const stay = this.messages.size > 0 && !this.atEnd();
    const top = this.scroll.scrollTop;
    this.bot = news.bot;
    this.commands = news.commands;
    this.there = news.there;
    this.root.setAttribute("aria-label", `Chat of ${news.name} with ${news.bot}`);
    this.find(".bot").textContent = news.bot;
    this.find(".welcome h2").textContent = news.bot;
    this.find(".welcome p").textContent = news.about || "Press Start and ask in your own words.";
    this.find(".menu").hidden = !news.commands.length;
    this.blocked = news.blocked;
    this.messages.clear();
    this.log.replaceChildren();
    for (const message of news.messages) this.place(message);
    this.settle();
    this.status();
    if (stay) this.scroll.scrollTop = top; else this.toEnd();
  }

  arrived(message) {
    if (this.messages.has(message.id)) return;
    const end = this.atEnd();
    this.place(message);
    if (!message.out) this.quiet();
    this.settle();
    if (end || message.out) this.toEnd();
    else { this.unread += 1; this.showDown(); }
  }

  edited(message) {
    const old = this.messages.get(message.id);
    if (!old) return;
    const end = this.atEnd();
    const open = old.querySelectorAll(".fold:not(.shut)").length > 0;
    const focused = old.contains(document.activeElement);
    const made = this.made(message);
    made.className = old.className;
    old.replaceWith(made);
    this.messages.set(message.id, made);
    made.style.animation = "none";
    made.querySelector(".bubble").classList.add("changed");
    this.trimFolds(made);
    if (open) made.querySelectorAll(".shut > .toggle").forEach((toggle) => toggle.click());
    if (focused) made.querySelector(".press")?.focus();
    this.quiet();
    if (end) this.toEnd();
  }

  deleted(id) {
    this.messages.get(id)?.remove();
    this.messages.delete(id);
    this.settle();
  }

  place(message) {
    const made = this.made(message);
    const day = new Date(message.date * 1000).toDateString();
    const last = this.log.lastElementChild;
    if (!last || last.dataset.day !== day) {
      const today = day === new Date().toDateString();
      const mark = el("li", { className: "day", textContent: today ? "Today" : dayName.format(new Date(message.date * 1000)) });
      mark.dataset.day = day;
      this.log.append(mark);
    } else if (last.classList.contains("out") === Boolean(message.out)) {
      made.classList.add("follows");
    }
    this.log.append(made);
    this.messages.set(message.id, made);
    this.trimFolds(made);
  }

  made(message) {
    const when = new Date(message.date * 1000);
    const meta = el("span", { className: "meta" }, message.edited ? "edited " : "", el("time", { dateTime: when.toISOString(), textContent: clock.format(when) }));
    const body = el("div", { className: "body" });
    if (ONLY_EMOJI.test(message.text)) body.classList.add("emoji");
    body.append(formatted(message.text, message.entities));
    const bubble = el("div", { className: "bubble" });
    if (message.photo) bubble.append(this.photo(message));
    if (message.file) bubble.append(this.file(message.file));
    body.append(meta);
    bubble.append(body);
    const item = el("li", { className: `message${message.out ? " out" : ""}` }, bubble);
    item.dataset.id = message.id;
    item.dataset.day = when.toDateString();
    if (message.buttons.length) item.append(this.buttons(message));
    return item;
  }

  photo(message) {
    const alt = message.text || "Picture";
    const picture = el("img", { src: message.photo.url, width: message.photo.width, height: message.photo.height, alt });
    const button = el("button", { type: "button", className: "photo", "aria-label": `${alt}: show large` }, picture);
    button.style.width = `min(${message.photo.width}px, 30rem)`; // known before the picture is there
    button.onclick = () => {
      const dialog = document.getElementById("picture");
      dialog.querySelector("img").src = message.photo.url;
      dialog.querySelector("img").alt = alt;
      dialog.querySelector("a").href = `${message.photo.url}?download=1`;
      dialog.showModal();
    };
    return button;
  }

  file(file) {
    const ending = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "file";
    return el("a", { className: "file", href: file.url, download: file.name },
      el("span", { className: "kind", textContent: ending, "aria-hidden": "true" }),
      el("span", {}, el("b", { textContent: file.name }), el("small", { textContent: bytes(file.size) })));
  }

  buttons(message) {
    const rows = message.buttons.map((row) => el("div", { className: "row" }, ...row.map((button) => this.button(message, button))));
    return el("div", { className: "buttons", role: "group", "aria-label": "Choices" }, ...rows);
  }

  button(message, button) {
    const href = button.url && safeAddress(button.url);
    const made = href
      ? el("a", { href, target: "_blank", rel: "noopener noreferrer" })
      : el("button", { type: "button" });
    made.className = ["press", button.style, button.url && "url", button.copy && "copy"].filter(Boolean).join(" ");
    made.textContent = button.label;
    if (button.copy) made.onclick = () => this.copy(button.copy);
    if (button.data) made.onclick = () => {
      made.classList.add("waiting");
      setTimeout(() => made.classList.remove("waiting"), 10000);
      this.post("presses", { message_id: message.id, data: button.data }).catch(() => made.classList.remove("waiting"));
    };
    return made;
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.toast("Copied");
    } catch {
      this.toast(text);
    }
  }

  trimFolds(item) {
    for (const quote of item.querySelectorAll(".fold")) {
      const inside = quote.querySelector(".inside");
      if (inside.scrollHeight <= inside.clientHeight + 2) {
        quote.classList.remove("fold", "shut");
        quote.querySelector(".toggle").remove();
        quote.onclick = null;
      }
    }
  }

  settle() {
    const empty = this.messages.size === 0;
    this.find(".welcome").hidden = !empty;
    this.find(".start").hidden = !(empty || this.blocked);
    this.find(".start").textContent = this.blocked ? "Unblock" : "Start";
    this.find(".compose").hidden = empty || this.blocked;
  }

  typing() {
    this.find(".dots").hidden = false;
    this.status();
    clearTimeout(this.typed);
    this.typed = setTimeout(() => this.quiet(), 5000);
    if (this.atEnd()) this.toEnd();
  }

  quiet() {
    clearTimeout(this.typed);
    this.find(".dots").hidden = true;
    this.status();
  }

  status(offline = false) {
    const typing = !this.find(".dots").hidden;
    const line = this.find(".status");
    const words = offline ? "connecting…" : typing ? "typing…" : this.there ? "bot" : "waiting for the bot to start";
    if (line.textContent !== words) line.textContent = words;
    line.classList.toggle("busy", typing || offline);
  }

  notice(news) {
    this.log.querySelectorAll(".waiting").forEach((button) => button.classList.remove("waiting"));
    if (!news.text) return;
    if (!news.alert) return this.toast(news.text);
    const dialog = document.getElementById("alert");
    dialog.querySelector("p").textContent = news.text;
    dialog.showModal();
  }

  toast(text) {
    const toast = el("p", { className: "toast", textContent: text });
    this.find(".toasts").append(toast);
    setTimeout(() => toast.remove(), 1800 + 45 * text.length);
  }

  // ── scrolling ──

  atEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
  }

  toEnd() {
    this.height = this.scroll.scrollHeight;
    this.scroll.scrollTop = this.height;
    this.following = true;
    this.unread = 0;
    this.showDown();
  }

  showDown() {
    this.find(".down").hidden = this.atEnd();
    this.find(".unread").hidden = !this.unread;
    this.find(".unread").textContent = this.unread;
  }

  // ── doing ──

  async post(what, body) {
    const form = body instanceof FormData;
    try {
      const answer = await fetch(`/chat/${this.user}/${what}`, {
        method: "POST",
        headers: form ? HEADERS : { ...HEADERS, "Content-Type": "application/json" },
        body: form ? body : JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(answer.statusText);
    } catch (error) {
      this.toast("Not sent: the server does not answer.");
      throw error;
    }
  }

  async say(text) {
    if (!text.trim()) return;
    const kept = this.text.value;
    this.text.value = "";
    this.grow();
    this.showCommands([]);
    await this.post("says", { text }).catch(() => {
      this.text.value = kept;
      this.grow();
    });
  }

  async sendFiles(files) {
    for (const file of files) {
      const form = new FormData();
      form.append("file", file, file.name);
      await this.post("sends", form).catch(() => {});
    }
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
    this.find(".send").disabled = !this.text.value.trim();
  }

  showCommands(commands) {
    const list = this.find(".commands");
    list.replaceChildren(...commands.map((command) => {
      const button = el("button", { type: "button", role: "option" },
        el("b", { textContent: `/${command.command}` }), el("span", { textContent: command.description }));
      button.onclick = () => { this.say(`/${command.command}`); this.text.focus(); };
      return el("li", { role: "presentation" }, button);
    }));
    list.hidden = !commands.length;
    this.find(".menu").setAttribute("aria-expanded", String(!list.hidden));
  }

  wire() {
    this.find(".compose").onsubmit = (event) => { event.preventDefault(); this.say(this.text.value); };
    this.text.oninput = () => {
      this.grow();
      const begun = /^\/(\w*)$/.exec(this.text.value);
      this.showCommands(begun ? this.commands.filter((one) => one.command.startsWith(begun[1])) : []);
    };
    this.text.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say(this.text.value);
    };
    this.find(".menu").onclick = () => {
      const shut = this.find(".commands").hidden;
      this.showCommands(shut ? this.commands : []);
      if (shut) this.find(".commands button")?.focus();
    };
    this.root.addEventListener("keydown", (event) => {
      const list = this.find(".commands");
      if (list.hidden) return;
      if (event.key === "Escape") { this.showCommands([]); this.text.focus(); return; }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...list.querySelectorAll("button")];
      const from = all.indexOf(document.activeElement);
      all[(from < 0 && step < 0 ? all.length - 1 : from + step + all.length) % all.length]?.focus();
    });
    this.root.addEventListener("click", (event) => {
      if (!event.target.closest(".foot")) this.showCommands([]);
      const command = event.target.closest(".body .command");
      if (command) this.say(command.value);
    });
    this.find(".start").onclick = async () => {
      await this.post(this.blocked ? "unblocks" : "says", { text: "/start" }).catch(() => {});
      this.text.focus();
    };
    this.find(".attach").onclick = () => this.find(".files").click();
    this.find(".files").onchange = (event) => {
      this.sendFiles([...event.target.files]);
      event.target.value = "";
    };
    this.find(".down").onclick = () => this.toEnd();
    this.scroll.onscroll = () => {
      if (this.following && this.scroll.scrollHeight !== this.height) return this.toEnd();
      this.following = this.atEnd();
      if (this.following) this.unread = 0;
      this.showDown();
    };
    const drop = this.find(".drop");
    this.root.ondragover = (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      drop.hidden = false;
    };
    this.root.ondragleave = (event) => { if (!this.root.contains(event.relatedTarget)) drop.hidden = true; };
    this.root.ondrop = (event) => {
      event.preventDefault();
      drop.hidden = true;
      this.sendFiles([...event.dataTransfer.files]);
    };
    this.text.onpaste = (event) => {
      if (event.clipboardData.files.length) { event.preventDefault(); this.sendFiles([...event.clipboardData.files]); }
    };
    const grown = new ResizeObserver(() => { if (this.following) this.toEnd(); });
    grown.observe(this.scroll);
    grown.observe(this.log);
  }

  people(everybody, all) {
    const select = this.find(".person");
    select.replaceChildren(...everybody.map((one) => el("option", { value: one.id, textContent: one.name, selected: one.id === this.user })));
    select.onchange = () => {
      const next = all.map((user) => (user === this.user ? Number(select.value) : user));
      location.search = next.map((user) => `user=${user}`).join("&");
    };
  }
}

// ── the page ────────────────────────────────────────────────────────────────────────────────

const users = [...new Set(new URLSearchParams(location.search).getAll("user").map(Number))].filter(Number.isSafeInteger);
const chats = new Map(users.map((user) => [user, new Chat(user)]));
document.getElementById("chats").append(...[...chats.values()].map((chat) => chat.root));

const events = new EventSource(`/chat/events?${users.map((user) => `user=${user}`).join("&")}`);
events.onmessage = (event) => {
  const news = JSON.parse(event.data);
  chats.get(news.user)?.take(news);
  if (news.kind === "snapshot") document.title = chats.get(news.user).bot;
};
events.onerror = () => chats.forEach((chat) => chat.status(true));
events.onopen = async () => {
  const everybody = await (await fetch("/chat/people")).json();
  chats.forEach((chat) => chat.people(everybody, users));
};
if (users.length === 1 && matchMedia("(hover: hover)").matches) chats.get(users[0]).text.focus();
