"""Stable ids for what comes without one, in the hub's own form: text, with leading zeros."""

import hashlib

ACTIVITY_DIGITS = 9
PROVIDER_DIGITS = 7


def _digits(text: str, length: int) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    return str(number % 10**length).zfill(length)


def activity_id(title: str, provider: str) -> str:
    """Nine digits that are always the same for this title of this provider."""
    return _digits(f"{title}\n{provider}", ACTIVITY_DIGITS)


def provider_id(provider: str) -> str:
    """Seven digits that are always the same for this provider."""
    return _digits(provider, PROVIDER_DIGITS)
