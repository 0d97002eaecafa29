"""The sandbox's clock: the machine's, plus an offset that the page and the drive API can move forward.

The offset lives in a file, so that it survives a restart and the bot beside us can follow it.
"""

import time
from pathlib import Path


class Clock:
    """Seconds since the epoch, shifted by a stored offset that never goes back."""

    def __init__(self, offset_file: Path) -> None:
        self.offset_file = offset_file
        self.offset_s = float(offset_file.read_text()) if offset_file.exists() else 0.0

    def now(self) -> float:
        return time.time() + self.offset_s

    def advance(self, seconds: float) -> None:
        """Moves the clock forward by `seconds`; raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("the clock only moves forward")
        self._store(self.offset_s + seconds)

    def reset(self) -> None:
        self._store(0.0)

    def _store(self, offset_s: float) -> None:
        self.offset_s = offset_s
        replacement = self.offset_file.with_suffix(".new")
        replacement.write_text(repr(offset_s))
        replacement.replace(self.offset_file)
