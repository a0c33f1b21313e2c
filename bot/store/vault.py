"""Sealing of what could tell something of a person, with keys kept apart from the database."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

PSEUDONYM_BYTES = 5
"""Enough to tell chats apart in a log, too few to be worth keeping elsewhere."""


class WrongKeyError(Exception):
    """A sealed value that none of the keys opens: the wrong key, or a damaged database."""


class Vault:
    """Seals and opens JSON values. The first key seals, every key opens (rotation)."""

    def __init__(self, keys: Sequence[str]) -> None:
        """ValueError where no key is given or one is not a Fernet key (32 bytes in base64)."""
        if not keys:
            raise ValueError("no secret key")
        self._fernets = MultiFernet([Fernet(key) for key in keys])
        # Drawn from the oldest key (the last), so that a chat keeps its name when a key is added.
        self._pepper = hashlib.sha256(b"cmebot pseudonym" + keys[-1].encode()).digest()

    def seal(self, value: Any) -> bytes:
        """The JSON value, encrypted and authenticated."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return self._fernets.encrypt(plain.encode())

    def unseal(self, sealed: bytes) -> Any:
        """The JSON value that was sealed; WrongKeyError where no key fits."""
        try:
            plain = self._fernets.decrypt(sealed)
        except InvalidToken as error:
            raise WrongKeyError("no key opens this value") from error
        return json.loads(plain)

    def reseal(self, sealed: bytes) -> bytes:
        """The same value under the first key; WrongKeyError where no key fits."""
        try:
            return self._fernets.rotate(sealed)
        except InvalidToken as error:
            raise WrongKeyError("no key opens this value") from error

    def pseudonym(self, chat_id: int) -> str:
        """A chat's name in logs: always the same, and not to be turned back without the key."""
        digest = hmac.digest(self._pepper, str(chat_id).encode(), "sha256")
        return digest[:PSEUDONYM_BYTES].hex()

    def token(self, purpose: str) -> str:
        """A secret of the process for one purpose: the same after a restart, unguessable."""
        return hmac.new(self._pepper, purpose.encode(), "sha256").hexdigest()
