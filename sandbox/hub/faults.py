"""Faults to order for a test or a demo: what the next calls of the hub meet."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer begins `seconds` late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Dripping:
    """The answer's body comes byte by byte, one each `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """An error status without effect, with `Retry-After` where given (seconds or an HTTP date)."""

    code: int = 503
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection is cut without an answer: before the effect, or after it."""

    after: bool = False


@dataclass(frozen=True, slots=True)
class HalfBody:
    """The head promises the whole body, half of it comes, then the connection is cut."""


@dataclass(frozen=True, slots=True)
class WrongJson:
    """Status and head as they should be, another body; the cut-off form of JSON by default."""

    body: bytes = b'{"ACCMEActivities": {"MedicalEducationMetrics": [{"Lom": '


@dataclass(frozen=True, slots=True)
class Huge:
    """A body of spaces, this many bytes long."""

    size: int


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """401, whatever the token."""


Fault = Slow | Dripping | Broken | Dropped | HalfBody | WrongJson | Huge | Unauthorized
KINDS: dict[str, type[Fault]] = {
    "slow": Slow,
    "dripping": Dripping,
    "broken": Broken,
    "dropped": Dropped,
    "half": HalfBody,
    "wrong-json": WrongJson,
    "huge": Huge,
    "unauthorized": Unauthorized,
}
"""The names by which a fault is ordered over HTTP."""


def fault_of(order: dict[str, Any]) -> Fault:
    """The fault that a JSON order names: `{"fault": "slow", "seconds": 2}`.

    Raises `ValueError` where there is no such fault or a field does not belong to it.
    """
    given = dict(order)
    kind = KINDS.get(str(given.pop("fault", "")))
    if kind is None:
        raise ValueError(f"fault must be one of {', '.join(KINDS)}")
    try:
        return kind(**given)
    except TypeError as error:
        raise ValueError(str(error)) from error


@dataclass(slots=True)
class _Order:
    fault: Fault
    path: str
    left: float


@dataclass(slots=True)
class Faults:
    """The orders still open; each call takes the first that fits its path."""

    _orders: list[_Order] = field(default_factory=list)

    def order(self, fault: Fault, path: str = "/", times: int | None = 1) -> None:
        """The next `times` calls below `path` meet the fault; None means until healed."""
        self._orders.append(_Order(fault, path, float("inf") if times is None else times))

    def heal(self) -> None:
        """Withdraws all orders."""
        self._orders.clear()

    def met_by(self, path: str) -> Fault | None:
        """The fault that a call of this path meets, used up once."""
        for order in self._orders:
            if path.startswith(order.path):
                order.left -= 1
                if order.left <= 0:
                    self._orders.remove(order)
                return order.fault
        return None
