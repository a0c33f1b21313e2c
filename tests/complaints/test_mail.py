"""Mail is handed in over TLS with a trusted certificate, or not at all."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.documents.complaint_mail import body, message_id
from bot.errands.mail import MailError, MailServer, mail_server, send_mail
from tests.complaints.conftest import MailBox

ELSEWHERE = "127.0.0.2"
"""Counts as another machine: only the names of this one are spared TLS."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A server's own certificate for `ELSEWHERE`, as (file, context that trusts it)."""
    from ipaddress import ip_address

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(ELSEWHERE))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def letter():
    mail = EmailMessage()
    mail["From"], mail["To"] = "bot@bot.example", "readers@readers.example"
    mail["Message-ID"] = message_id("C-7K3F-97", "readers@readers.example")
    mail.set_content("Words.")
    return mail


@asynccontextmanager
async def listening(*, starttls=None, implicit=None):
    box, loop = MailBox(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="mail", loop=loop, tls_context=starttls),
        ELSEWHERE,
        0,
        ssl=implicit,
    )
    try:
        yield box, server.sockets[0].getsockname()[1]
    finally:
        server.close()


def serving(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_server_that_offers_no_tls_gets_nothing():
    async with listening() as (box, port):
        with pytest.raises(MailError):
            await send_mail(MailServer(ELSEWHERE, port, False, None, None), letter())
        assert box.taken == []


@pytest.mark.parametrize("implicit", [True, False], ids=["smtps", "starttls"])
async def test_a_certificate_is_trusted_or_nothing_is_sent(certificate, implicit):
    ways = {"implicit" if implicit else "starttls": serving(certificate)}
    async with listening(**ways) as (box, port):
        server = MailServer(ELSEWHERE, port, implicit, None, None)
        with pytest.raises(MailError):
            await send_mail(server, letter())
        assert box.taken == []
        trusting = ssl.create_default_context(cafile=str(certificate))
        await send_mail(server, letter(), tls=trusting)
        assert [mail["Message-ID"] for mail in box.taken] == [letter()["Message-ID"]]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.org", MailServer("mail.org", 465, True, None, None)),
        ("smtp://mail.org", MailServer("mail.org", 587, False, None, None)),
        ("smtp://a%40b.c:p%3Aw@mail.org:25", MailServer("mail.org", 25, False, "a@b.c", "p:w")),
    ],
)
def test_a_server_is_read_from_its_url(url, server):
    assert mail_server(url) == server


def test_the_text_of_a_mail_is_readable():
    said = body("Complaint C-1", [("Kind", "Bias"), ("What", "One.\n\nTwo.")], ["The end."])
    assert said == "Complaint C-1\n\nKind: Bias\n\nWhat:\n  One.\n\n  Two.\n\nThe end.\n"
