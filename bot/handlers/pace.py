"""How fast messages may go out: Telegram takes 30 a second overall and about one to a chat."""

from dataclasses import dataclass, field

OVERALL_PER_SECOND = 25.0
OVERALL_BURST = 5.0
"""Together at most 30 in any one second."""

CHAT_PER_SECOND = 1.0
CHAT_BURST = 3.0
"""A short burst to one chat is let through by Telegram; an answer is often two messages."""

REMEMBERED_CHATS = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """Permits left at an instant, in seconds of a monotonic clock; they grow back with time."""

    left: float
    at: float


def taken(bucket: Bucket, rate: float, burst: float, now: float) -> tuple[Bucket, float]:
    """The bucket with one permit less, and the seconds to wait before using it."""
    left = min(burst, bucket.left + (now - bucket.at) * rate) - 1
    return Bucket(left, now), max(0.0, -left / rate)


@dataclass(slots=True)
class Pace:
    """The permits of all chats."""

    chat_per_second: float = CHAT_PER_SECOND
    chat_burst: float = CHAT_BURST
    _overall: Bucket = Bucket(OVERALL_BURST, 0.0)
    _chats: dict[int, Bucket] = field(default_factory=dict)

    def wait(self, chat_id: int, now: float) -> float:
        """Take a permit to send to a chat; the seconds to wait first."""
        before = self._chats.get(chat_id, Bucket(self.chat_burst, now))
        chat, own = taken(before, self.chat_per_second, self.chat_burst, now)
        self._overall, common = taken(self._overall, OVERALL_PER_SECOND, OVERALL_BURST, now)
        if len(self._chats) >= REMEMBERED_CHATS:
            self._forget(now)
        self._chats[chat_id] = chat
        return max(own, common)

    def _forget(self, now: float) -> None:
        """Drop the chats whose bucket is full again by now."""
        self._chats = {
            chat_id: bucket
            for chat_id, bucket in self._chats.items()
            if bucket.left + (now - bucket.at) * self.chat_per_second < self.chat_burst
        }
