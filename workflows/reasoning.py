"""The reasoning history of one run, read a page at a time: three thousand steps cost as much as thirty.

Steps are numbered from 1 in the order they happened, and only ever added at the end: a number names the same
step for as long as the run is kept, and a page turned while the run goes on neither repeats nor skips one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from store import runs, steps
from store.records import Run, Step
from store.transaction import Transaction

PAGE_STEPS = 30


@dataclass(frozen=True)
class Reasoning:
    """`steps` are consecutive ones in the order they happened; `first` is the number of the first of them."""

    run: Run
    steps: tuple[Step, ...]
    first: int
    total: int

    @property
    def last(self) -> int:
        return self.first + len(self.steps) - 1

    @property
    def is_oldest(self) -> bool:
        return self.first <= 1

    @property
    def is_newest(self) -> bool:
        return self.last >= self.total


def read(tx: Transaction, tenant: str, run_id: str, first: int | None = None) -> Reasoning | None:
    """The page that begins at step `first`, by default the newest. None for a run nobody knows.

    A page is full wherever there are enough steps: past either end it is the first or the last one.
    """
    run = runs.get(tx, tenant, run_id)
    if run is None:
        return None
    total = steps.count_of_run(tx, tenant, run_id)
    newest = max(1, total - PAGE_STEPS + 1)
    first = newest if first is None else max(1, min(first, newest))
    return Reasoning(run, tuple(steps.page_of_run(tx, tenant, run_id, first - 1, PAGE_STEPS)), first, total)


def newest(tx: Transaction, tenant: str, run_id: str, limit: int) -> Sequence[Step]:
    """The last steps of a run, oldest first."""
    total = steps.count_of_run(tx, tenant, run_id)
    return steps.page_of_run(tx, tenant, run_id, max(0, total - limit), limit)
