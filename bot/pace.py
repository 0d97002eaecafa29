"""Slack's pace: so many messages a second in a channel, with a small burst; and pauses Slack asks for."""

import asyncio
import time


class Pace:
    """A token bucket for one channel."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at = time.monotonic()

    async def turn(self) -> None:
        """Returns when the next message may go out."""
        while True:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
            self._at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / self._per_second)
