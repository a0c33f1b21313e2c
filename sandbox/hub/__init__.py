"""A hub of one's own: the contract over HTTP, demo physicians, pages, faults to order."""

from sandbox.hub.faults import (
    Broken,
    Dripping,
    Dropped,
    HalfBody,
    Huge,
    Slow,
    Unauthorized,
    WrongJson,
)
from sandbox.hub.player import SignedIn, signed_in
from sandbox.hub.server import CLIENT_ID, HubSandbox, hub_sandbox, run

__all__ = [
    "CLIENT_ID",
    "Broken",
    "Dripping",
    "Dropped",
    "HalfBody",
    "HubSandbox",
    "Huge",
    "SignedIn",
    "Slow",
    "Unauthorized",
    "WrongJson",
    "hub_sandbox",
    "run",
    "signed_in",
]
