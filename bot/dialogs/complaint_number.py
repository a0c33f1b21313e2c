"""A complaint's number, such as `C-7K3F-92`: easy to read aloud, and a slip of one sign shows.

Five signs from a hash of who and when, from which neither can be read back, and a check sign: the
sum of the signs, weighted by place, modulo 31. As 31 is prime, every single wrong sign and every
exchange of two neighbors changes it.
"""

import hashlib
from datetime import datetime

SIGNS = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty-one digits and letters that are not mistaken for one another: no 0, I, L, O or U."""

_LENGTH = 5


def complaint_number(physician_id: int, begun_at: datetime, revision: int) -> str:
    """The number of a complaint; the same draft always gets the same one."""
    seed = f"{physician_id} {begun_at.isoformat()} {revision}".encode()
    left = int.from_bytes(hashlib.sha256(seed).digest()[:8])
    signs = ""
    for _ in range(_LENGTH):
        left, place = divmod(left, len(SIGNS))
        signs += SIGNS[place]
    return _spelled(signs + _check(signs))


def read_number(text: str) -> str | None:
    """The number as it is written, from however it was typed; None where its check is wrong."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum()).removeprefix("C")
    if len(signs) != _LENGTH + 1:
        signs = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(signs) != _LENGTH + 1 or not set(signs) <= set(SIGNS):
        return None
    return _spelled(signs) if _check(signs[:-1]) == signs[-1] else None


def _check(signs: str) -> str:
    total = sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, 2))
    return SIGNS[total % len(SIGNS)]


def _spelled(signs: str) -> str:
    return f"C-{signs[:4]}-{signs[4:]}"
