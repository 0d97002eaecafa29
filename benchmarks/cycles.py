"""Start, interrupt, resume: how many runs a second, by LangGraph's own savers and by Signoff."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Spread, ratios
from benchmarks.report import Report, Section, Table, spread
from benchmarks.sides.boundary import boundary
from benchmarks.sides.full_road import full_road
from benchmarks.sides.side import Side
from benchmarks.sides.stock_saver import memory_saver, sqlite_saver

AT_ONCE = (1, 10, 100)
STOCK, BOUNDARY, FULL_ROAD = "`AsyncSqliteSaver`, `sync`", "Signoff's boundary", "Signoff's full road"
STOCK_EXIT, MEMORY_EXIT = "`AsyncSqliteSaver`, `exit`", "`InMemorySaver`, `exit`"
MEMORY = "`InMemorySaver`, `sync`"


async def measure(bench: Bench) -> Report:
    rows = []
    for at_once in AT_ONCE:
        count = max(at_once, bench.size.cycles)
        bench.say(f"{bench.size.cycle_rounds} rounds of {count} cycles a side, {at_once} at once")
        found = await _measure(bench.folder / f"cycles-{at_once}", bench.size.cycle_rounds, count, at_once)
        rows += [_row(name, at_once, each, found[STOCK]) for name, each in found.items()]
    section = Section(
        "Start, interrupt, resume",
        "One cycle takes a run through the same four nodes, with an interrupt in the third, to its end. "
        "LangGraph's savers run the bare graph and keep nothing else. *Signoff's boundary* is its driver on "
        "that bare graph: two drives, each ending in one transaction with checkpoint, run, approval, audit "
        "and outbox. *Signoff's full road* is everything, through its engine: the command, two claims, four "
        "lines of reasoning, the boundary, the vote and the decision, the last look, the effect's intent and "
        "its outcome, the end. Nobody speaks HTTP. All are in one process, and all files are in WAL with "
        "`synchronous=FULL`. In each round every side takes its turn.",
        Table(
            ("side", "at once", "cycles/s, median (lowest to highest)", "times stock `sync`, pair by pair"),
            rows,
        ),
    )
    return Report("Cycles", [section])


async def _measure(folder: Path, rounds: int, count: int, at_once: int) -> Mapping[str, Sequence[float]]:
    """Cycles a second by side, a figure a round."""
    found: dict[str, list[float]] = {}
    async with _sides(folder) as sides:
        for round in range(rounds + 1):
            numbers = range(round * count, (round + 1) * count)
            for name, side in sides.items():
                rate = count / await side.cycles(numbers, at_once)
                if round > 0:  # the first one warms up
                    found.setdefault(name, []).append(rate)
    return found


@asynccontextmanager
async def _sides(folder: Path) -> AsyncIterator[Mapping[str, Side]]:
    folder.mkdir()
    async with AsyncExitStack() as opened:
        yield {
            STOCK: await opened.enter_async_context(sqlite_saver(folder / "sync.db", "sync")),
            BOUNDARY: await opened.enter_async_context(boundary(folder / "boundary.db")),
            FULL_ROAD: await opened.enter_async_context(full_road(folder / "full_road.db")),
            STOCK_EXIT: await opened.enter_async_context(sqlite_saver(folder / "exit.db", "exit")),
            MEMORY_EXIT: memory_saver("exit"),
            MEMORY: memory_saver("sync"),
        }


def _row(name: str, at_once: int, rates: Sequence[float], stock: Sequence[float]) -> list[str]:
    times = spread(ratios(rates, stock), 2)
    return [name, str(at_once), spread(Spread.of(rates), 0), times]
