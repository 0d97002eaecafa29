"""The last payloads that went either way between the bot and the services it talks to."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.changes import Changes
from sandbox.clock import Clock

KEPT_MAX = 500

Direction = Literal["to_bot", "from_bot"]


@dataclass(frozen=True)
class Exchange:
    """One payload and what came of it. `at` is sandbox time in seconds, `took_ms` until the answer."""

    n: int
    at: float
    direction: Direction
    kind: str
    summary: str
    body: Any
    took_ms: float
    outcome: str


class Inspector:
    """Keeps the last `KEPT_MAX` exchanges in memory."""

    def __init__(self, clock: Clock, changes: Changes) -> None:
        self._clock = clock
        self._changes = changes
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_MAX)
        self._count = 0

    def note(
        self, direction: Direction, kind: str, summary: str, body: Any, took_ms: float, outcome: str
    ) -> None:
        self._count += 1
        at, took_ms = self._clock.now(), round(took_ms, 1)
        self._exchanges.append(Exchange(self._count, at, direction, kind, summary, body, took_ms, outcome))
        self._changes.bump()

    def since(self, n: int) -> list[dict[str, Any]]:
        """The exchanges after number `n`, oldest first; all when `n` is from before a restart."""
        start = n if n <= self._count else 0
        return [vars(exchange) for exchange in self._exchanges if exchange.n > start]

    def clear(self) -> None:
        """Forgets the exchanges; the numbers go on, so that nobody who follows them misses one."""
        self._exchanges.clear()
        self._changes.bump()
