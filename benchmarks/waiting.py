"""What a hundred thousand waiting runs cost those that go on, and the disk."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.figures import percentile, ratios
from benchmarks.report import Report, Section, Table, figure, spread
from benchmarks.sides.full_road import FullRoad, full_road
from store.sqlite import open_for_reading

WARM_UP = 5


@dataclass
class Taken:
    """Milliseconds, by round and in all."""

    clicks: list[float] = field(default_factory=list)
    resumes: list[float] = field(default_factory=list)
    click_p50s: list[float] = field(default_factory=list)
    resume_p50s: list[float] = field(default_factory=list)

    def end_round(self, count: int) -> None:
        self.click_p50s.append(median(self.clicks[-count:]))
        self.resume_p50s.append(median(self.resumes[-count:]))


async def measure(bench: Bench) -> Report:
    size = bench.size
    full_home, empty_home = bench.folder / "waiting-full", bench.folder / "waiting-empty"
    await bench.stock.put(size.waiting, full_home)
    empty_home.mkdir()
    many, none = Taken(), Taken()
    async with full_road(full_home / "signoff.db") as full, full_road(empty_home / "signoff.db") as empty:
        bench.say(f"clicks and resumes with {size.waiting:,} waiting and with none, in turn")
        number = 0
        for round in range(size.waiting_rounds + 1):
            count = size.waiting_clicks if round else WARM_UP
            for _ in range(count):
                number += 1
                await _measure(full, number, many)
                await _measure(empty, number, none)
            if round:
                many.end_round(count)
                none.end_round(count)
            else:
                many, none = Taken(), Taken()
    rows = [
        _row("click until it is committed", "none", none.clicks),
        _row("click until it is committed", f"{size.waiting:,}", many.clicks),
        _row("from there to the end of the run", "none", none.resumes),
        _row("from there to the end of the run", f"{size.waiting:,}", many.resumes),
    ]
    beside = Section(
        f"Beside {size.waiting:,} waiting runs",
        "One run after the other is asked for, approved and resumed, on a database with as many others "
        "waiting and on an empty one in turn; every transaction of the road, no HTTP. The first few hundred "
        "waiting runs were driven to their gate, the others have the same rows under ids of their own.",
        Table(("what", "waiting", "n", "p50 ms", "p99 ms"), rows),
        [
            f"Click, p50 against none, round by round: {_times(many.click_p50s, none.click_p50s)} times.",
            f"Resume, p50 against none: {_times(many.resume_p50s, none.resume_p50s)} times.",
        ],
    )
    return Report("Waiting runs", [beside, _disk(bench)])


async def _measure(road: FullRoad, number: int, taken: Taken) -> None:
    run = await road.start(number)
    began_s = time.perf_counter()
    ended = await road.click(number, run)
    committed_s = time.perf_counter()
    await ended
    taken.clicks.append((committed_s - began_s) * 1000)
    taken.resumes.append((time.perf_counter() - committed_s) * 1000)


def _row(what: str, waiting: str, taken: list[float]) -> list[str]:
    p50, p99 = figure(percentile(taken, 0.5), 2), figure(percentile(taken, 0.99), 2)
    return [what, waiting, f"{len(taken):,}", p50, p99]


def _times(many: list[float], none: list[float]) -> str:
    return spread(ratios(many, none), 2)


def _disk(bench: Bench) -> Section:
    """Of the file as it was made: in WAL mode, and with everything in the one file."""
    waiting = bench.size.waiting
    file = bench.stock.file(waiting)
    by_table = _pages(file)
    rows = [[name, figure(size / waiting, 0)] for name, size in by_table]
    rows.append(["the whole file", figure(file.stat().st_size / waiting, 0)])
    return Section(
        "Disk",
        f"The database with {waiting:,} waiting refunds, divided by their number.",
        Table(("table, with its indexes", "bytes a waiting run"), rows),
    )


def _pages(file: Path) -> list[tuple[str, int]]:
    """Bytes by table, the largest first, where this SQLite can tell."""
    with closing(open_for_reading(file)) as connection:
        options = [str(row[0]) for row in connection.execute("PRAGMA compile_options")]
        if "ENABLE_DBSTAT_VTAB" not in options:
            return []
        rows = connection.execute(
            "SELECT s.tbl_name AS name, sum(d.pgsize) AS size FROM dbstat AS d "
            "JOIN sqlite_schema AS s ON s.name = d.name GROUP BY s.tbl_name ORDER BY size DESC"
        )
        return [(str(row["name"]), int(row["size"])) for row in rows if row["size"] > 100_000]
