"""The lines of reasoning of one drive on their way to the store.

A line is written soon after it was noted, and those noted meanwhile in the same transaction; a boundary that
comes first takes them along. A process that dies in between loses them, and the next drive notes them again:
a line is known by its node and its number there.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from store.records import Run
from store.sqlite import Database
from store.steps import NewStep
from store.transaction import Transaction
from workflows import history
from workflows.bells import Bells

# A reader notices no such delay, and nodes that wait for nothing have passed on by then.
SOON_S = 0.02


class Notes:
    """`add` never waits. Before the drive ends its owner says `taken`, `written` or `dropped`."""

    def __init__(self, run: Run, database: Database, bells: Bells) -> None:
        self._run = run
        self._database = database
        self._bells = bells
        self._unwritten: list[NewStep] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: list[asyncio.Task[None]] = []

    def add(self, line: NewStep) -> None:
        self._unwritten.append(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON_S, self._begin)

    async def taken(self) -> Sequence[NewStep]:
        """The lines that are not written yet, for a transaction that writes them too.

        Raises what writing those before them raised.
        """
        lines = self._take()
        writing, self._writing = self._writing, []
        await asyncio.gather(*writing)
        return lines

    async def written(self) -> None:
        """Returns when all lines are; raises StoreError where that failed."""
        lines = await self.taken()
        if lines:
            await self._write(lines)

    def dropped(self) -> None:
        """Leaves what is not written to the next drive."""
        self._take()

    def _begin(self) -> None:
        self._timer = None
        self._writing.append(asyncio.create_task(self._write(self._take())))

    def _take(self) -> Sequence[NewStep]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._unwritten = self._unwritten, []
        return lines

    async def _write(self, lines: Sequence[NewStep]) -> None:
        await self._database.write(partial(record_all, run=self._run, lines=lines))
        self._bells.outbox.ring()


def record_all(tx: Transaction, run: Run, lines: Sequence[NewStep]) -> None:
    for line in lines:
        history.record(tx, run, line, line.ended_at)
