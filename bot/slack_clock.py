"""Slack's clock. By it is told what was posted when, and ours may be wrong, or be set meanwhile."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from workflows.clock import Clock

# Ours may run this far from an even pace before it counts as set. Looks allow for more (bot/lookback.py).
UNEVEN_MAX = timedelta(seconds=20)


class SlackClock:
    """Ours, corrected by how far it was from Slack's at Slack's latest answer. A second or two exact."""

    def __init__(self, clock: Clock, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic_s = monotonic_s
        self._ahead = timedelta(0)
        self._heard: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        return self._clock() + self._ahead

    def heard(self, headers: Mapping[str, Any]) -> None:
        """Every answer carries Slack's time. One that does not leaves it at what was known before."""
        ours = self._clock()
        self._heard = (ours, self._monotonic_s())
        said = next((str(value) for name, value in headers.items() if name.lower() == "date"), "")
        try:
            slack_now = parsedate_to_datetime(said)
        except ValueError:
            return
        if slack_now.tzinfo is not None:
            self._ahead = slack_now - ours

    @property
    def is_sure(self) -> bool:
        """Whether our clock has run evenly since Slack was last heard: nobody set it."""
        if self._heard is None:
            return False
        ours, monotonic_s = self._heard
        passed = timedelta(seconds=self._monotonic_s() - monotonic_s)
        return abs(self._clock() - ours - passed) <= UNEVEN_MAX
