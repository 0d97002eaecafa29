"""`python -m tests.crashes.matrix [--minutes 15] [--workers 8]`: kills, adds up, and writes the table.

What was counted before, in `docs/crash-matrix.json`, is added to.
"""

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.crashes.matrix.counts import Counts
from tests.crashes.matrix.report import written
from tests.crashes.matrix.worker import STOP
from tests.harness import ROOT

# A killed process needs no disk that lasts, and a hundred bots a minute would keep a disk busy with syncing.
MEMORY = Path("/dev/shm")
SAY_EVERY_S = 30.0
OVERTIME_S = 120.0


def main() -> int:
    """1 when anything was lost, doubled, or otherwise not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes.matrix", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--counts", type=Path, default=ROOT / "docs" / "crash-matrix.json")
    parser.add_argument("--table", type=Path, default=ROOT / "docs" / "crash-matrix.md")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="crashes-", dir=MEMORY if MEMORY.is_dir() else None))
    fresh = _kill(folder, given.minutes * 60, given.workers, given.counts)
    total = Counts.read(given.counts)
    total.merge(fresh)
    total.write(given.counts)
    given.table.write_text(written(total))
    _say(f"{fresh.kills} kills now, {total.kills} in all; {len(fresh.wrong)} walks were wrong")
    if not fresh.wrong:
        shutil.rmtree(folder)
        return 0
    for each in fresh.wrong:
        _say(each)
    _say(f"What the first of them left behind is in {folder}")
    return 1


def _kill(folder: Path, seconds: float, workers: int, counted: Path) -> Counts:
    """For so long, or until Ctrl-C; what was counted by then counts."""
    began, began_s = datetime.now(UTC), time.monotonic()
    homes = [folder / str(number) for number in range(workers)]
    running = [_worker(home, n, began, seconds, counted) for n, home in enumerate(homes)]
    said_s = began_s
    while any(each.poll() is None for each in running):
        try:
            time.sleep(0.5)
        except KeyboardInterrupt:
            (folder / STOP).touch()
        if time.monotonic() - said_s > SAY_EVERY_S:
            said_s = time.monotonic()
            now = _added(homes)
            _say(f"{said_s - began_s:4.0f} s: {now.kills} kills, {len(now.wrong)} walks wrong")
        if time.monotonic() - began_s > seconds + OVERTIME_S:
            _say("Out of time: walks that are not at their end do not count.")
            for each in running:
                each.kill()
                each.wait()
    total = _added(homes)
    for each, home in zip(running, homes, strict=True):
        if each.returncode not in (0, -signal.SIGKILL):
            _say(f"Worker {home.name} ended with {each.returncode}: what it was walking does not count.")
            _say((home / "worker.log").read_text()[-3000:])
    total.sittings = [_sitting(began, time.monotonic() - began_s, workers, total.kills)]
    return total


def _worker(
    home: Path, number: int, began: datetime, seconds: float, counted: Path
) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that Ctrl-C does not cut off a walk."""
    home.mkdir()
    seed = int(began.timestamp()) * 100 + number
    given = [str(each) for each in (home, number, seed, seconds, counted.resolve())]
    command = [sys.executable, "-m", "tests.crashes.matrix.worker", *given]
    with (home / "worker.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)


def _added(homes: Sequence[Path]) -> Counts:
    total = Counts()
    for home in homes:
        total.merge(Counts.read(home / "counts.json"))
    return total


def _sitting(began: datetime, took_s: float, workers: int, kills: int) -> dict[str, object]:
    return {
        "date": f"{began:%Y-%m-%d %H:%M} UTC",
        "minutes": round(took_s / 60, 1),
        "kills": kills,
        "version": _version(),
        "workers": workers,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _version() -> str:
    """The commit the bot was built from, where that is known."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
