"""Which way a complaint takes: to the hub, by mail, or not beyond the people who run the bot."""

from collections.abc import Mapping
from typing import Any, Literal

Way = Literal["hub", "mail", "operator"]


def way_of(answers: Mapping[str, Any], ways: frozenset[str]) -> Way:
    """The way of a complaint, `ways` being those that the operator has set up.

    The hub belongs to the accreditor, so only what its author lets the accreditor see goes there.
    """
    if answers.get("share_accme") == "yes" and "hub" in ways:
        return "hub"
    return "mail" if "mail" in ways else "operator"
