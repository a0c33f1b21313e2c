"""Faults to order for a test: what the next calls of the Bot API meet instead of an answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer comes `seconds` late: before the effect, or after it (the effect stands)."""

    seconds: float
    after: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A 5xx without effect."""

    code: int = 502
    text: str = "Bad Gateway"


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection is cut without an answer: before the effect, or after it."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class Flooded:
    """429 with `retry_after` seconds."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class Hanging:
    """No answer and no effect, until the fault is healed or the caller gives up."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The next update that the bot has confirmed is delivered once more."""


Fault = Slow | Broken | Dropped | Flooded | Hanging | Repeated


@dataclass(slots=True)
class _Order:
    fault: Fault
    method: str | None
    left: float


@dataclass(slots=True)
class Faults:
    """The orders still open; each call takes the first that fits it."""

    _orders: list[_Order] = field(default_factory=list)
    _healed: asyncio.Event = field(default_factory=asyncio.Event)

    def order(self, fault: Fault, method: str | None = None, times: int | None = 1) -> None:
        """The next `times` calls of `method` (any but getUpdates if None) meet the fault.

        `times=None` means until healed.
        """
        self._healed.clear()
        self._orders.append(
            _Order(
                fault, method.lower() if method else None, float("inf") if times is None else times
            )
        )

    def heal(self) -> None:
        """Withdraws all orders and lets hanging calls go on."""
        self._orders.clear()
        self._healed.set()

    @contextmanager
    def ordered(self, fault: Fault, method: str | None = None) -> Iterator[None]:
        """The fault for as long as the block lasts."""
        self.order(fault, method, times=None)
        try:
            yield
        finally:
            self.heal()

    async def until_healed(self) -> None:
        await self._healed.wait()

    def met_by(self, method: str) -> Fault | None:
        """The fault that this call meets, used up once."""
        for order in self._orders:
            fits = order.method == method.lower() or (
                order.method is None and method.lower() != "getupdates"
            )
            if fits and not isinstance(order.fault, Repeated):
                self._used(order)
                return order.fault
        return None

    def repeats(self) -> bool:
        """Whether the update being confirmed is to be delivered again; used up once."""
        for order in self._orders:
            if isinstance(order.fault, Repeated):
                self._used(order)
                return True
        return False

    def _used(self, order: _Order) -> None:
        order.left -= 1
        if order.left <= 0:
            self._orders.remove(order)
