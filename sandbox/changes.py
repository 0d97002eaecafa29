"""A number that grows with everything the page could show, and a way to wait for it to grow."""

import asyncio
import time


class Changes:
    """Starts at the machine's time, so that a page that outlived a restart sees a number it doesn't know."""

    def __init__(self) -> None:
        self.version = int(time.time() * 1000)
        self._next: asyncio.Event | None = None

    def bump(self) -> None:
        self.version += 1
        if self._next is not None:
            self._next.set()
            self._next = None

    async def wait_past(self, version: int, timeout_s: float) -> int:
        """The version as soon as it differs from `version`, or unchanged after `timeout_s`."""
        if self.version == version:
            if self._next is None:
                self._next = asyncio.Event()
            try:
                await asyncio.wait_for(self._next.wait(), timeout_s)
            except TimeoutError:
                return self.version
        return self.version
