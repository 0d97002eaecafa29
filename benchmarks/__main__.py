"""`python -m benchmarks [--small] [NAME ...]`: measures, prints, and writes a table for each."""

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from benchmarks import acks, cycles, home, memory, start, steps, waiting
from benchmarks.bench import FULL, SMALL, Bench, Benchmark
from benchmarks.machine import load_average, this_machine
from benchmarks.report import render
from benchmarks.stock import Stock

BENCHMARKS: dict[str, Benchmark] = {
    "cycles": cycles.measure,
    "waiting": waiting.measure,
    "steps": steps.measure,
    "acks": acks.measure,
    "home": home.measure,
    "start": start.measure,
    "memory": memory.measure,
}
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """2 for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", usage=__doc__)
    parser.add_argument("--small", action="store_true", help="tiny sizes, and nothing is written")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    # As in `bot/__main__.py`: the garbage collector passes over what was loaded. Every side gains by it.
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="signoff-bench-") as folder:
        asyncio.run(_run(given.names or [*BENCHMARKS], Path(folder), small=given.small))
    return 0


async def _run(names: list[str], folder: Path, *, small: bool) -> None:
    began_s = time.monotonic()

    def say(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began_s:5.0f} s  {text}\n")

    # The stock of waiting runs is made in this process, and its engine would tell of each.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    bench = Bench(SMALL if small else FULL, folder, Stock(folder, say), say)
    for name in names:
        load_before = load_average()
        report = await BENCHMARKS[name](bench)
        text = render(report, this_machine(load_before))
        print(f"\n{text}", flush=True)
        if not small:
            RESULTS.mkdir(exist_ok=True)
            (RESULTS / f"{name}.md").write_text(text)
    say("done")


if __name__ == "__main__":
    sys.exit(main())
