"""The seam of the transaction: each commit passes its points, and so does each statement of a start."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from store.ownership import Ownership
from store.sqlite import Database, Work
from store.transaction import Transaction
from store.writer import Job, Raised, Writer
from tests.crashes.matrix.control import Control
from tests.crashes.matrix.names import commit_name, statement_name

T = TypeVar("T")

Make = Callable[[Control, Writer, Path], "SeamedWriter"]


async def open_seamed(control: Control, make: Make, file: Path, now: datetime) -> Database:
    """A database whose every commit passes points. While it opens, each statement that writes is one: a
    start migrates and counts itself on its own connection, before there is a writer."""
    with _each_statement(control):
        return await _bound(control, make).open(file, now)


def _bound(control: Control, make: Make) -> type[Database]:
    class SeamedDatabase(Database):
        """`Database.write` is the only way to a commit, and a job of its writer the only way through it."""

        def __init__(self, file: Path, ownership: Ownership, writer: Writer, boot: int) -> None:
            seam = make(control, writer, file)
            super().__init__(file, ownership, seam, boot)  # type: ignore[arg-type]  # it has the two verbs a database uses

        async def write(self, work: Work[T], deadline_s: float | None = None) -> T:
            name = commit_name(work)
            await control.stop_at(f"commit: {name} — before")
            answer = await super().write(work, deadline_s)
            await control.stop_at(f"commit: {name} — after")
            return answer

    return SeamedDatabase


class SeamedWriter:
    """The real writer; a point is passed right after COMMIT, before anybody is told."""

    def __init__(self, control: Control, writer: Writer, file: Path) -> None:
        self._control = control
        self._writer = writer
        self._file = file

    def submit(self, job: Job) -> None:
        self._writer.submit(SeamedJob(job.work, job.future, self.settled))

    def settled(self, job: Job, answer: object) -> None:
        """After its commit, or when there was none."""
        if not isinstance(answer, Raised):
            self._control.note(f"commit: {commit_name(job.work)} — committed")

    async def close(self) -> None:
        await self._writer.close()


class SeamedJob(Job):
    """`settled` is told first, also where whoever asked has gone."""

    def __init__(
        self,
        work: Callable[[Transaction], Any],
        future: "asyncio.Future[Any]",
        settled: Callable[[Job, object], None],
    ) -> None:
        super().__init__(work, future)
        self._settled = settled

    def settle(self, answer: object) -> None:
        self._settled(self, answer)
        super().settle(answer)


@contextmanager
def _each_statement(control: Control) -> Iterator[None]:
    """Python tells an audit hook of every connection SQLite opens, and a connection tells of its statements:
    not yet inside that very event, but at the next, and the migrations are read from their folder first.
    A hook can't be taken back, so it is told when it is over."""
    tracing = True
    opened: list[Any] = []

    def passed(statement: str) -> None:
        name = statement_name(statement) if tracing else None
        if name is not None:
            control.note(f"start: {name}")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not tracing:
            return
        while opened:
            opened.pop().set_trace_callback(passed)
        if event == "sqlite3.connect/handle" and threading.current_thread() is threading.main_thread():
            opened.append(arguments[0])

    sys.addaudithook(hook)
    try:
        yield
    finally:
        tracing = False
