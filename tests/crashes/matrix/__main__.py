"""`python -m tests.crashes.matrix [--minutes 15] [--workers 4]`: kills, adds up, and writes the table.

What was counted before, in `docs/crash-matrix.json`, is added to.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.crashes.matrix.counts import Counts
from tests.crashes.matrix.report import written
from tests.harness import ROOT

SAY_EVERY_S = 30.0
OVERTIME_S = 120.0


def main() -> int:
    """1 when anything was lost, doubled, or otherwise not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes.matrix", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--counts", type=Path, default=ROOT / "docs" / "crash-matrix.json")
    parser.add_argument("--table", type=Path, default=ROOT / "docs" / "crash-matrix.md")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="crashes-"))
    fresh = _kill(folder, given.minutes * 60, given.workers)
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


def _kill(folder: Path, seconds: float, workers: int) -> Counts:
    began, began_s = datetime.now(UTC), time.monotonic()
    homes = [folder / str(number) for number in range(workers)]
    running = []
    for number, home in enumerate(homes):
        home.mkdir()
        seed = str(int(began.timestamp()) * 100 + number)
        command = [sys.executable, "-m", "tests.crashes.matrix.worker", str(home), seed, str(seconds)]
        log = (home / "worker.log").open("wb")
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
    said_s = began_s
    while any(each.poll() is None for each in running):
        time.sleep(0.5)
        if time.monotonic() - said_s > SAY_EVERY_S:
            said_s = time.monotonic()
            now = _added(homes)
            _say(f"{said_s - began_s:4.0f} s: {now.kills} kills, {len(now.wrong)} walks wrong")
        if time.monotonic() - began_s > seconds + OVERTIME_S:
            for each in running:
                each.kill()
    total = _added(homes)
    for each, home in zip(running, homes, strict=True):
        if each.returncode != 0:
            total.wrong.append(f"a worker ended with {each.returncode}: see {home.name}/worker.log")
            _say((home / "worker.log").read_text()[-3000:])
    total.sittings = [_sitting(began, time.monotonic() - began_s, workers, total.kills)]
    return total


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
