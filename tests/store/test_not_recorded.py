"""NotRecorded: the database itself fails, and each work is tried again by itself."""

import asyncio
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store import deliveries
from store.errors import NotRecorded
from store.sqlite import Database, Work
from store.transaction import Transaction
from store.writer import Job, Writer
from tests.store.elsewhere import recorded, rows
from tests.store.seeds import TENANT, delivery
from tests.store.waiting import in_one_group, outcomes, submitted

BIG = 1_000_000


async def fill_up(database: Database, pages_left: int = 8) -> None:
    """From here on the file can grow by a few pages only; SQLite then says that the disk is full."""

    def limit(tx: Transaction) -> None:
        used = tx.one("PRAGMA page_count")
        assert used is not None
        tx.one(f"PRAGMA max_page_count = {int(str(used['page_count'])) + pages_left}")

    await database.write(limit)


def many_rows(tx: Transaction) -> str:
    """A statement with a journal of its own: a full disk undoes it and leaves the transaction open."""
    tx.run(
        "INSERT INTO deliveries (tenant, id, answer, seen_at) "
        "SELECT 'T', value, hex(zeroblob(30000)), 0 FROM json_each('[1, 2, 3, 4, 5, 6, 7, 8]')"
    )
    return "many"


class Counting:
    """A work that counts how often it is run, which no work should do."""

    def __init__(self, work: Work[str]) -> None:
        self.work = work
        self.runs = 0

    def __call__(self, tx: Transaction) -> str:
        self.runs += 1
        return self.work(tx)


@pytest.mark.parametrize("too_much", [delivery("big", BIG), many_rows], ids=["one big row", "many rows"])
async def test_a_full_disk_refuses_what_is_too_big_and_records_the_rest(
    database: Database, file: Path, too_much: Work[str]
) -> None:
    await fill_up(database)
    answers = await in_one_group(database, [delivery("before"), too_much, delivery("after")])
    assert answers[0] == "before"
    assert isinstance(answers[1], NotRecorded)
    assert isinstance(answers[1].__cause__, Exception)
    assert answers[2] == "after"
    assert recorded(file) == {"before", "after"}


@pytest.mark.parametrize("too_much", [delivery("big", BIG), many_rows], ids=["one big row", "many rows"])
async def test_a_work_alone_on_a_full_disk_is_not_recorded(
    database: Database, file: Path, too_much: Work[str]
) -> None:
    await fill_up(database)
    with pytest.raises(NotRecorded, match="full"):
        await database.write(too_much)
    assert recorded(file) == set()
    assert await database.write(delivery("small")) == "small"


async def test_a_work_that_hides_what_the_database_said_is_not_believed(
    database: Database, file: Path
) -> None:
    """Its own exception may describe anything: the whole transaction is gone by then."""
    await fill_up(database)

    def hide(tx: Transaction) -> str:
        try:
            return delivery("big", BIG)(tx)
        except sqlite3.OperationalError as error:
            raise LookupError("something else") from error

    answers = await in_one_group(database, [delivery("before"), hide, delivery("after")])
    assert [answers[0], type(answers[1]), answers[2]] == ["before", NotRecorded, "after"]
    assert recorded(file) == {"before", "after"}


async def test_a_work_that_ran_twice_counts_once(database: Database, file: Path) -> None:
    await database.write(lambda tx: tx.run("CREATE TABLE tally (n INTEGER)"))
    await database.write(lambda tx: tx.run("INSERT INTO tally VALUES (0)"))
    await fill_up(database)

    def add(tx: Transaction) -> str:
        tx.change("UPDATE tally SET n = n + 1")
        return "added"

    first, last = Counting(add), Counting(add)
    works: list[Work[str]] = [first, delivery("big", BIG), last]
    answers = await in_one_group(database, works)
    assert [answers[0], answers[2]] == ["added", "added"]
    assert first.runs == 2
    assert rows(file, "SELECT n FROM tally")[0]["n"] == 2


async def test_an_answer_never_describes_a_neighbour_that_was_lost(database: Database, file: Path) -> None:
    """The first work records itself only in the run that is lost; the second must not have seen it."""
    await fill_up(database)

    class OnlyOnce(Counting):
        def __call__(self, tx: Transaction) -> str:
            self.runs += 1
            return self.work(tx) if self.runs == 1 else "changed its mind"

    def look(tx: Transaction) -> str:
        if deliveries.answer_given(tx, TENANT, "d1") is not None:
            raise LookupError("d1 was there")
        return "not there"

    works: list[Work[str]] = [OnlyOnce(delivery("d1")), look, delivery("big", BIG)]
    answers = await in_one_group(database, works)
    assert answers[:2] == ["changed its mind", "not there"]
    assert isinstance(answers[2], NotRecorded)
    assert recorded(file) == set()


async def test_a_file_that_can_only_be_read_records_nothing_and_says_so(
    database: Database, file: Path
) -> None:
    """SQLite lets the transaction begin, and refuses the first write inside it."""
    connection = sqlite3.connect(
        f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    writer = Writer(connection)
    loop = asyncio.get_running_loop()
    jobs = [Job(delivery(id), loop.create_future()) for id in ("d1", "d2")]
    for job in jobs:
        writer.submit(job)
    await writer.close()
    assert [type(job.future.exception()) for job in jobs] == [NotRecorded, NotRecorded]
    assert recorded(file) == set()


async def test_a_connection_that_refuses_to_begin_records_nothing_and_recovers(
    database: Database, file: Path
) -> None:
    database._writer._connection.execute("PRAGMA query_only = ON")
    answers = await outcomes(await submitted(database, [delivery("d1"), delivery("d2")]))
    assert [type(answer) for answer in answers] == [NotRecorded, NotRecorded]
    database._writer._connection.execute("PRAGMA query_only = OFF")
    assert await database.write(delivery("d3")) == "d3"
    assert recorded(file) == {"d3"}


@contextmanager
def files_cannot_grow() -> Iterator[None]:
    """Every write past the first bytes of a file fails in the system, as on a broken disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_commit_that_the_disk_refuses_is_not_recorded_and_can_be_asked_again(
    database: Database, file: Path
) -> None:
    with files_cannot_grow(), pytest.raises(NotRecorded) as caught:
        await database.write(delivery("d1"))
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert recorded(file) == set()
    assert await database.write(delivery("d1")) == "d1"
    assert recorded(file) == {"d1"}


async def test_a_file_locked_by_someone_else_is_waited_for_once_and_not_once_a_work(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.writer.LOCK_PATIENCE_MS", 100)
    works = [Counting(delivery(f"d{number}")) for number in range(50)]
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answers = await outcomes(await submitted(database, works))
        took_s = time.monotonic() - began
        other.execute("ROLLBACK")
    assert {type(answer) for answer in answers} == {NotRecorded}
    assert sum(work.runs for work in works) == 0
    assert took_s < len(works) * 0.1, "each waited for itself"
    assert await database.write(delivery("d0")) == "d0"
