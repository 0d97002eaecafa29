"""The clock the sandbox can move: the system's, plus an offset read from a file whenever it has changed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from workflows.clock import Clock


def clock_following(offset_file: Path) -> Clock:
    """A clock that adds the seconds standing in the file; a missing file means none."""
    seen: tuple[int, float] = (-1, 0.0)

    def now() -> datetime:
        nonlocal seen
        changed = offset_file.stat().st_mtime_ns if offset_file.exists() else 0
        if changed != seen[0]:
            seen = (changed, float(offset_file.read_text() or 0) if changed else 0.0)
        return datetime.now(UTC) + timedelta(seconds=seen[1])

    return now
