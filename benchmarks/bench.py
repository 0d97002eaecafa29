"""What every benchmark is handed: how much to measure, a folder of its own, and the stock of waiting runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Report
from benchmarks.stock import Stock


@dataclass(frozen=True)
class Size:
    """How much is measured. `SMALL` shows that everything still works; its figures mean nothing."""

    cycle_rounds: int
    cycles: int
    starts: int
    waiting: int
    ack_samples: int
    memory_starts: int
    memory_commands: int
    waiting_rounds: int
    waiting_clicks: int
    step_counts: tuple[int, ...]
    home_waiting: int
    home_opens: int


FULL = Size(
    cycle_rounds=7,
    cycles=100,
    starts=9,
    waiting=100_000,
    ack_samples=1_000,
    memory_starts=3,
    memory_commands=500,
    waiting_rounds=7,
    waiting_clicks=40,
    step_counts=(1, 50, 100, 250, 500),
    home_waiting=5_000,
    home_opens=50,
)
SMALL = Size(
    cycle_rounds=1,
    cycles=10,
    starts=2,
    waiting=600,
    ack_samples=20,
    memory_starts=1,
    memory_commands=10,
    waiting_rounds=1,
    waiting_clicks=3,
    step_counts=(1, 10),
    home_waiting=50,
    home_opens=3,
)


@dataclass(frozen=True)
class Bench:
    size: Size
    folder: Path
    stock: Stock
    say: Callable[[str], None]


Benchmark = Callable[[Bench], Awaitable[Report]]
