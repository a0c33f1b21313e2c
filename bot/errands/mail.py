"""Sending a mail: over TLS only, except to this very machine."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS = 25.0
"""How long a server may take for one answer."""

PORTS = {"smtps": 465, "smtp": 587}


class MailError(Exception):
    """A mail that was not taken. The message names the failure, never what was sent.

    `forever`: the server said that trying again will not help.
    """

    def __init__(self, what: str, *, forever: bool = False) -> None:
        super().__init__(what)
        self.forever = forever


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    implicit_tls: bool
    user: str | None
    password: str | None

    @property
    def is_local(self) -> bool:
        return self.host in LOOPBACK


def mail_server(url: str) -> MailServer:
    """The server behind `smtp[s]://user:password@host:port`."""
    parts = urlsplit(url)
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


async def send_mail(
    server: MailServer, mail: EmailMessage, *, tls: ssl.SSLContext | None = None
) -> None:
    """Hand a mail in; raises `MailError`.

    Once the server has said that it took the mail, nothing that follows is a failure. `smtp` must
    offer STARTTLS, and certificates are checked; only a server on this machine may go without.
    """
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.implicit_tls,
        start_tls=not (server.implicit_tls or server.is_local),
        username=server.user,
        password=server.password,
        timeout=SECONDS,
        tls_context=tls,
        local_hostname=str(mail["From"]).rpartition("@")[2],
    )
    try:
        await client.connect()
        try:
            refused, _ = await client.send_message(mail)
        finally:
            client.close()
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [one.code for one in error.recipients]
        raise MailError(f"smtp {codes[0]}", forever=codes[0] >= 500) from error  # noqa: PLR2004
    except aiosmtplib.SMTPResponseException as error:
        raise MailError(f"smtp {error.code}", forever=error.code >= 500) from error  # noqa: PLR2004
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
        raise MailError(f"smtp {type(error).__name__}") from error
    if refused:
        raise MailError("smtp refused")
