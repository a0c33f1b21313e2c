// A message's text and entities as elements. All text reaches the page through textContent;
// addresses are checked before they become links.

export const el = (name, options = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key.startsWith("aria-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...inside);
  return made;
};

export const safeAddress = (address) => {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
};

const linked = (address) => {
  const href = safeAddress(address);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }) : el("span");
};

const folded = (inside) => {
  const quote = el("blockquote", { className: "fold shut" });
  const toggle = el("button", { type: "button", className: "toggle", "aria-label": "Show all", "aria-expanded": "false" });
  const turn = (shut) => {
    quote.classList.toggle("shut", shut);
    toggle.setAttribute("aria-expanded", String(!shut));
    toggle.setAttribute("aria-label", shut ? "Show all" : "Show less");
  };
  toggle.onclick = (event) => { event.stopPropagation(); turn(!quote.classList.contains("shut")); };
  quote.onclick = (event) => { if (!event.target.closest("a") && quote.classList.contains("shut")) turn(false); };
  quote.append(inside, toggle);
  return quote;
};

const spoiler = () => {
  const hidden = el("span", { className: "spoiler", tabIndex: 0, role: "button", "aria-label": "Hidden text" });
  const open = () => { hidden.classList.add("open"); hidden.removeAttribute("aria-label"); };
  hidden.onclick = open;
  hidden.onkeydown = (event) => { if (event.key === "Enter") open(); };
  return hidden;
};

const WRAPPERS = {
  bold: () => el("b"),
  italic: () => el("i"),
  underline: () => el("u"),
  strikethrough: () => el("s"),
  spoiler,
  code: () => el("code"),
  pre: () => el("pre"),
  blockquote: () => el("blockquote"),
  expandable_blockquote: () => el("span", { className: "inside" }),
  text_link: (entity) => linked(entity.url),
  url: (_, text) => linked(text),
  email: (_, text) => linked(`mailto:${text}`),
  bot_command: (_, text) => el("button", { type: "button", className: "command", value: text }),
};

// JavaScript's strings are UTF-16, as the entities' offsets are.
export const formatted = (text, entities, begin = 0, end = text.length) => {
  const made = document.createDocumentFragment();
  const rest = [...entities];
  let at = begin;
  while (rest.length) {
    const entity = rest.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    const inner = [];
    while (rest.length && rest[0].offset < stop) inner.push(rest.shift());
    let before = text.slice(at, entity.offset);
    const block = /quote|pre/.test(entity.type);
    if (block) before = before.replace(/\n$/, "");
    made.append(before);
    const wrapper = (WRAPPERS[entity.type] ?? (() => el("span")))(entity, text.slice(entity.offset, stop));
    wrapper.append(formatted(text, inner, entity.offset, stop));
    made.append(entity.type === "expandable_blockquote" ? folded(wrapper) : wrapper);
    at = block && text[stop] === "\n" ? stop + 1 : stop;
  }
  made.append(text.slice(at, end));
  return made;
};
