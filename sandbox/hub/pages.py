"""The hub's pages for a signed-in physician: plain HTML, no script."""

import base64
import hashlib
from html import escape

STYLE = """
body{font:17px/1.5 system-ui,sans-serif;margin:0;background:#f3f5f7;color:#17212b}
main{max-width:34rem;margin:3rem auto;padding:1.5rem 2rem 2rem;background:#fff;border-radius:14px;
box-shadow:0 1px 4px #0002}
h1{font-size:1.4rem;margin:.2rem 0 1rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1rem;margin:1rem 0}
dt{color:#5b6b7a}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
button,.button{font:inherit;padding:.55rem 1.2rem;border-radius:9px;border:1px solid #b9c4ce;
background:#fff;color:#17212b;cursor:pointer;margin:.3rem .5rem .3rem 0;text-decoration:none}
button.yes{background:#1668b8;border-color:#1668b8;color:#fff}
input{font:inherit;padding:.5rem .7rem;border-radius:9px;border:1px solid #b9c4ce;width:11rem;
text-transform:uppercase;letter-spacing:.1em}
.small{color:#5b6b7a;font-size:.9rem}form{display:inline}
@media(prefers-color-scheme:dark){body{background:#0e151c;color:#e6edf3}
main{background:#17212b}button,.button,input{background:#1f2c38;color:#e6edf3;border-color:#3a4a59}
button.yes{background:#2b82d9}dt,.small{color:#9fb0c0}}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _page(title: str, inside: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · CME hub (demo)</title><style>{STYLE}</style></head>"
        f'<body><main><p class="small">CME hub · demonstration</p><h1>{escape(title)}</h1>'
        f"{inside}</main></body></html>"
    )


def sign_in(accounts: list[tuple[str, str]], then: str) -> str:
    """Choose who you are; the demo asks for no password."""
    choices = "".join(
        f'<p><button name="account" value="{escape(key)}">{escape(name)}</button></p>'
        for key, name in accounts
    )
    return _page(
        "Sign in",
        '<p>This is a demonstration: choose who you are.</p><form method="post" action="/sign-in">'
        f'<input type="hidden" name="then" value="{escape(then)}">{choices}</form>',
    )


def home(name: str, chats: list[str], csrf: str) -> str:
    """The physician's own page: connected chats, and two ways to connect one."""
    connected = "".join(f"<dt>Connected chat</dt><dd>{escape(chat)}</dd>" for chat in chats)
    none = "" if chats else '<p class="small">No chat is connected.</p>'
    return _page(
        name,
        f"<dl>{connected}</dl>{none}"
        '<form method="get" action="/device"><input name="user_code" aria-label="Code" '
        'autocomplete="off" placeholder="WXYZ-WXYZ"> <button>Connect with a code</button></form>'
        f'<form method="post" action="/link">{_csrf(csrf)}'
        "<button>Connect my Telegram</button></form>"
        f'<form method="post" action="/sign-out">{_csrf(csrf)}<button>Sign out</button></form>',
    )


def confirm(name: str, chat_name: str, user_code: str, csrf: str) -> str:
    """Both names side by side, and what saying yes means."""
    return _page(
        "Connect this chat?",
        f"<dl><dt>Your hub account</dt><dd>{escape(name)}</dd>"
        f"<dt>Telegram chat</dt><dd>{escape(chat_name)}</dd></dl>"
        "<p>The chat will be able to read your name, licenses and reported credits. "
        "Say no if this is not your own chat, or if somebody sent you the code or the link.</p>"
        f'<form method="post" action="/device">{_csrf(csrf)}'
        f'<input type="hidden" name="user_code" value="{escape(user_code)}">'
        '<button class="yes" name="decision" value="yes">Connect</button>'
        '<button name="decision" value="no">No, it is not mine</button></form>',
    )


def link(address: str) -> str:
    """The deep link, shown once."""
    return _page(
        "Open your chat",
        f'<p><a class="button" href="{escape(address)}">Open Telegram</a></p>'
        '<p class="small">Good once, for ten minutes. You will be asked here to confirm the '
        "chat's name. Do not send this link to anybody.</p>",
    )


def message(title: str, text: str) -> str:
    """One thing to say."""
    return _page(title, f'<p>{escape(text)}</p><p><a class="button" href="/">Continue</a></p>')


def _csrf(token: str) -> str:
    return f'<input type="hidden" name="csrf" value="{escape(token)}">'
