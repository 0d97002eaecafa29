"""What waiting runs cost the bot while they wait: memory, tasks, threads, open files."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.figures import ratios
from benchmarks.footprint import Footprint
from benchmarks.report import Report, Section, Table, figure, spread
from benchmarks.rows import rows_of
from benchmarks.running import Sandbox, running

COUNTING_BOT = (sys.executable, "-m", "benchmarks.counting_bot")
SETTLE_S = 3.0
COUNT_WITHIN_S = 5.0
LOOK_EVERY_S = 0.02
AT_ONCE = 10
COLUMNS = ("bot", "RSS MiB", "PSS MiB", "private MiB", "tasks", "threads", "open files")


@dataclass(frozen=True)
class Held:
    footprint: Footprint
    tasks: int


async def measure(bench: Bench) -> Report:
    return Report("Memory of waiting runs", [await _new_processes(bench), await _one_process(bench)])


async def _new_processes(bench: Bench) -> Section:
    size = bench.size
    empty_home, full_home = bench.folder / "memory-empty", bench.folder / "memory-full"
    await bench.stock.put(size.waiting, full_home)
    with_none, with_many = [], []
    async with running(empty_home, COUNTING_BOT) as empty, running(full_home, COUNTING_BOT) as full:
        bench.say("memory of new processes, with no run and with many in turn")
        for _ in range(size.memory_starts):
            with_none.append(await _restarted(empty))
            with_many.append(await _restarted(full))
    grown = ratios(
        [each.footprint.private for each in with_many], [each.footprint.private for each in with_none]
    )
    return Section(
        "A new process, before anybody asks it anything",
        f"Each bot was started anew and left alone for {SETTLE_S:.0f} s, {size.memory_starts} of either kind "
        "in turn; medians. The runs were made by the real use case, graph, boundary and store, and wait for "
        "their approval; the process opens their database.",
        Table(
            COLUMNS,
            [_row("no run", with_none), _row(f"{size.waiting:,} waiting runs", with_many)],
        ),
        [f"Private memory with {size.waiting:,} waiting runs against none: {spread(grown, 3)} times."],
    )


async def _one_process(bench: Bench) -> Section:
    count = bench.size.memory_commands
    async with running(bench.folder / "memory-growing", COUNTING_BOT) as sandbox:
        pid = await sandbox.start_bot()
        bench.say(f"memory of one process, before and after {2 * count} commands")
        held = [("as started", await _look(sandbox, pid))]
        with rows_of(sandbox.home) as rows:
            for _ in range(2):
                for _ in range(count // AT_ONCE):
                    await asyncio.gather(*(sandbox.command(text) for text in _texts()))
                    await rows.quiet()
                held.append((f"{rows.waiting:,} waiting runs", await _look(sandbox, pid)))
    warm, after = held[1][1].footprint.private, held[2][1].footprint.private
    per_run = (after - warm) / count
    return Section(
        "One process, before and after",
        f"`/refund` was asked for over the socket, {AT_ONCE} at once, and every card was posted before the "
        "look. The first commands also load and fill what the bot keeps anyway (connections, SQLite's page "
        "cache, compiled patterns), so the growth that could be of waiting runs is that of the second half.",
        Table(COLUMNS, [_row(name, [each]) for name, each in held]),
        [f"The second {count:,} waiting runs: {figure(per_run, 2)} KiB of private memory a run."],
    )


def _texts() -> list[str]:
    return [f"pi_plain{number + 1:02} 0.50 charged twice" for number in range(AT_ONCE)]


async def _restarted(sandbox: Sandbox) -> Held:
    await sandbox.stop_bot()
    return await _look(sandbox, await sandbox.start_bot())


async def _look(sandbox: Sandbox, pid: int) -> Held:
    await asyncio.sleep(SETTLE_S)
    return Held(Footprint.of(pid), await _tasks(sandbox.home / "tasks", pid))


async def _tasks(file: Path, pid: int) -> int:
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    async with asyncio.timeout(COUNT_WITHIN_S):
        while not file.exists():
            await asyncio.sleep(LOOK_EVERY_S)
    return int(file.read_text())


def _row(name: str, held: Sequence[Held]) -> list[str]:
    of = [each.footprint for each in held]
    memory = [
        median(each.resident for each in of),
        median(each.shared_fairly for each in of),
        median(each.private for each in of),
    ]
    counts = [
        median(each.tasks for each in held),
        median(each.threads for each in of),
        median(each.open_files for each in of),
    ]
    return [name, *(figure(each / 1024) for each in memory), *(figure(each, 0) for each in counts)]
