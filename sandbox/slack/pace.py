"""Slack's pace for messages: a bucket of tokens for each channel."""

import math
import time
from dataclasses import dataclass


@dataclass
class _Bucket:
    tokens: float
    filled_at_s: float


class Pace:
    """Allows `burst` messages at once and `per_second` from then on, in real time, for each channel."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second = per_second
        self.burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def take(self, channel: str) -> int:
        """0 when the message may go; otherwise the whole seconds to wait, and nothing is taken."""
        now_s = time.monotonic()
        bucket = self._buckets.setdefault(channel, _Bucket(self.burst, now_s))
        gained = (now_s - bucket.filled_at_s) * self.per_second
        bucket.tokens = min(self.burst, bucket.tokens + gained)
        bucket.filled_at_s = now_s
        if bucket.tokens < 1:
            return max(1, math.ceil((1 - bucket.tokens) / self.per_second))
        bucket.tokens -= 1
        return 0

    def clear(self) -> None:
        self._buckets.clear()
