"""What befalls a bot from inside: the point at which it dies, and the commit its database fails at.

It is asked at each seam of `tests/crashes/matrix/seams.py`, before and after every commit and every call.
"""

import os
import signal
from pathlib import Path
from typing import Literal

from store.errors import NotRecorded

Loss = Literal["before", "after"]


class Fate:
    """`died_at` is a file that names the last point, for whoever finds the body."""

    def __init__(self, died_at: Path) -> None:
        self._died_at = died_at
        self._points_left: int | None = None
        self._among = ""
        self._commits_left = 0
        self._loss: Loss = "before"

    def die_after(self, points: int, among: str) -> None:
        """`kill -9` at the point after so many of those whose names begin so; at the next one with 0."""
        self._points_left, self._among = points, among

    def lose(self, loss: Loss, commits: int) -> None:
        """So many commits from now fail: before anything is recorded, or once all of it is."""
        self._loss, self._commits_left = loss, commits

    async def stop_at(self, point: str) -> None:
        self.note(point)
        kind, _, moment = point.rpartition(" — ")
        if self._commits_left and kind.startswith("commit: ") and moment == self._loss:
            self._commits_left -= 1
            raise NotRecorded(f"the disk failed {self._loss} the commit")

    def note(self, point: str) -> None:
        if self._points_left is None or not point.startswith(self._among):
            return
        if self._points_left == 0:
            self._died_at.write_text(point)
            os.kill(os.getpid(), signal.SIGKILL)
        self._points_left -= 1
