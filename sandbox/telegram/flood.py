"""How often a bot may write: once a second to a chat, 30 times a second overall.

Telegram publishes no exact rules; these are the limits its FAQ names, without its leniency
for short bursts. Groups: 20 messages a minute.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from sandbox.telegram.refusals import too_many

PER_CHAT = 1
OVERALL = 30
GROUP_MINUTE = 20


@dataclass(slots=True)
class Flood:
    """The limits and what was sent lately; `watching` switches them on."""

    watching: bool = False
    _sent: dict[int | None, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, chat_id: int, now: float) -> None:
        """Notes one message at `now` (seconds); Refusal 429 where it would be one too many."""
        if not self.watching:
            return
        limits: list[tuple[int | None, int, float]] = [
            (chat_id, PER_CHAT, 1.0),
            (None, OVERALL, 1.0),
        ]
        if chat_id < 0:
            limits[0] = (chat_id, GROUP_MINUTE, 60.0)
        for key, most, span in limits:
            lately = self._sent[key]
            while lately and lately[0] <= now - span:
                lately.popleft()
            if len(lately) >= most:
                raise too_many(max(1, math.ceil(lately[0] + span - now)))
        for key, _, _ in limits:
            self._sent[key].append(now)
