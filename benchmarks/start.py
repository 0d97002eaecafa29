"""From the start of the process until clicks are taken, and where that time goes."""

import asyncio
import re
import sys
import time
from collections import Counter

from benchmarks.bench import Bench
from benchmarks.figures import Spread, ratios
from benchmarks.report import Report, Section, Table, figure, spread
from benchmarks.running import ROOT, Sandbox, running

SHOWN = 12
IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")


async def measure(bench: Bench) -> Report:
    size = bench.size
    empty_home, full_home = bench.folder / "start-empty", bench.folder / "start-full"
    await bench.stock.put(size.waiting, full_home)
    async with running(empty_home) as empty, running(full_home) as full:
        bench.say("starting the bot, with an empty database and with a full one in turn")
        await empty.stop_bot()
        await full.stop_bot()
        with_none, with_many = [], []
        for _ in range(size.starts):
            for file in empty_home.glob("signoff.db*"):
                file.unlink()
            with_none.append(await _start(empty))
            with_many.append(await _start(full))
    alone = [await _python("-c", "pass") for _ in range(size.starts)]
    imports = [await _python("-c", "import bot.__main__") for _ in range(size.starts)]
    rows = [
        ["no database yet", str(size.starts), spread(Spread.of(with_none))],
        [f"{size.waiting:,} waiting runs", str(size.starts), spread(Spread.of(with_many))],
        ["Python alone, doing nothing", str(size.starts), spread(Spread.of(alone))],
        ["Python importing all of the bot", str(size.starts), spread(Spread.of(imports))],
    ]
    ready = Section(
        "Process start to ready",
        "The sandbox starts `python -m bot serve`, and answers when the bot holds a Socket Mode connection: "
        "from then on clicks are taken. The two kinds of start were taken in turn, each process is new, and "
        "Python's compiled files and the disk's cache were warm.",
        Table(("start", "n", "ms, median (lowest to highest)"), rows),
        [
            f"{size.waiting:,} waiting runs against none, pair by pair: "
            f"{spread(ratios(with_many, with_none), 2)} times.",
            "Before it is ready the bot reads nothing of a waiting run but indexes of what is due; whether "
            "people, channels and cards are as they were it asks afterwards, at its own pace.",
            "Here Slack's answers cost a millisecond each. From the real Slack each takes its time, one "
            "after the other: `auth.test`, the groups and people who may approve, and those that open the "
            "socket.",
        ],
    )
    return Report("Starting", [ready, await _where_imports_go()])


async def _start(sandbox: Sandbox) -> float:
    began_s = time.perf_counter()
    await sandbox.start_bot()
    took_s = time.perf_counter() - began_s
    await sandbox.stop_bot()
    return took_s * 1000


async def _python(*arguments: str) -> float:
    began_s = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
    await process.wait()
    return (time.perf_counter() - began_s) * 1000


async def _where_imports_go() -> Section:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-c", "import bot.__main__"),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    took, modules = import_times(told.decode())
    rows = [[package, str(modules[package]), figure(us / 1000)] for package, us in took.most_common(SHOWN)]
    rest = sum(took.values()) - sum(us for _, us in took.most_common(SHOWN))
    others = sum(modules.values()) - sum(modules[package] for package, _ in took.most_common(SHOWN))
    rows.append([f"{len(took) - SHOWN} more packages", str(others), figure(rest / 1000)])
    rows.append(["all", str(sum(modules.values())), figure(sum(took.values()) / 1000)])
    return Section(
        "Where imports go",
        "`python -X importtime`, once: the time in a package's own modules, which measuring makes longer.",
        Table(("package", "modules", "ms"), rows),
        [
            "`langsmith` is imported by `langchain_core`'s tracers, and so by LangGraph, whether it is used "
            "or not; the graphs are built at a start, so that one that can't be loaded is refused there.",
        ],
    )


def import_times(told: str) -> tuple[Counter[str], Counter[str]]:
    """Microseconds and modules by top-level package, from what `-X importtime` prints."""
    took: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for us, module in IMPORT.findall(told):
        package = module.split(".")[0]
        took[package] += int(us)
        modules[package] += 1
    return took, modules
