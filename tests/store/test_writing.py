"""Work and Answer: what `write` promises while the database is well."""

import asyncio
import contextvars
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path

import pytest

from store import deliveries
from store.errors import NotRecorded, Stale
from store.sqlite import Database
from store.transaction import Transaction
from store.writer import GROUP_MAX, Job
from tests.store.elsewhere import recorded
from tests.store.seeds import NOW, TENANT, delivery
from tests.store.waiting import PATIENCE_S, disk_held, in_one_group, outcomes, submitted, writer_held


class Refused(Exception):
    pass


async def test_a_work_sees_nothing_of_the_context_it_was_asked_for_in(database: Database) -> None:
    """Those of a group come from different runs, and what they log would name the first of them."""
    run: contextvars.ContextVar[str] = contextvars.ContextVar("run", default="nobody's")
    run.set("run-1")
    assert await database.write(lambda tx: run.get()) == "nobody's"


async def test_a_write_answers_what_its_work_returns(database: Database) -> None:
    assert await database.write(lambda tx: "an answer") == "an answer"


async def test_another_connection_sees_the_row_when_write_returns(database: Database, file: Path) -> None:
    for number in range(20):
        id = await database.write(delivery(f"d{number}"))
        assert id in recorded(file)


async def test_a_group_is_committed_before_the_first_of_it_is_answered(
    database: Database, file: Path
) -> None:
    seen: list[set[str]] = []

    class LookingJob(Job):
        def settle(self, answer: object) -> None:
            seen.append(recorded(file))
            super().settle(answer)

    loop = asyncio.get_running_loop()
    jobs = [LookingJob(delivery(id), loop.create_future()) for id in ("d1", "d2")]
    for job in jobs:
        database._writer.submit(job)
    await asyncio.gather(*(job.future for job in jobs))
    assert seen == [{"d1", "d2"}, {"d1", "d2"}]


@pytest.mark.parametrize("hold", [disk_held, writer_held], ids=["a slow disk", "a lock"])
async def test_the_loop_goes_on_while_a_commit_waits(
    database: Database, file: Path, hold: Callable[[Database], AbstractAsyncContextManager[None]]
) -> None:
    """Works run in the loop, and what may wait does not."""
    async with hold(database):
        [task] = await submitted(database, [delivery("d1")])
        await asyncio.sleep(0.05)
        assert await asyncio.wait_for(database.read(lambda tx: "read"), PATIENCE_S) == "read"
        assert database.look_up(lambda tx: deliveries.answer_given(tx, TENANT, "d1")) is None
        assert not task.done()
    assert await outcomes([task]) == ["d1"]
    assert recorded(file) == {"d1"}


async def test_many_waiting_works_share_one_commit(database: Database) -> None:
    said: list[str] = []
    database._writer._connection.set_trace_callback(said.append)
    await outcomes(await submitted(database, [delivery(f"d{number}") for number in range(GROUP_MAX)]))
    database._writer._connection.set_trace_callback(None)
    assert said.count("COMMIT") == 1
    assert said.count("BEGIN IMMEDIATE") == 1


async def test_a_group_keeps_the_loop_for_so_many_works_at_most(database: Database) -> None:
    said: list[str] = []
    database._writer._connection.set_trace_callback(said.append)
    await outcomes(await submitted(database, [delivery(f"d{number}") for number in range(2 * GROUP_MAX + 1)]))
    database._writer._connection.set_trace_callback(None)
    assert said.count("COMMIT") == 3


async def test_a_work_that_raises_leaves_its_neighbours_and_nothing_of_its_own(
    database: Database, file: Path
) -> None:
    def raising(tx: Transaction) -> str:
        delivery("lost")(tx)
        raise Refused("by a rule")

    answers = await in_one_group(database, [delivery("before"), raising, delivery("after")])

    assert answers[0] == "before"
    assert isinstance(answers[1], Refused)
    assert answers[2] == "after"
    assert recorded(file) == {"before", "after"}


async def test_a_work_sees_what_its_neighbours_before_it_wrote(database: Database) -> None:
    def look(tx: Transaction) -> str:
        return str(deliveries.answer_given(tx, TENANT, "d1"))

    assert (await in_one_group(database, [delivery("d1"), look]))[1] == "{'text': 'x'}"


@pytest.mark.parametrize(
    "error",
    [Refused("no"), Stale(0), TimeoutError("mine"), sqlite3.IntegrityError("unique"), KeyError("id")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("deadline_s", [None, PATIENCE_S])
async def test_the_caller_gets_the_exception_its_work_raised(
    database: Database, error: Exception, deadline_s: float | None
) -> None:
    def raising(tx: Transaction) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await database.write(raising, deadline_s)
    # asyncio makes a TimeoutError anew, with the same words; all others arrive as they are.
    assert caught.value is error or (type(error) is TimeoutError and caught.value.args == error.args)


async def test_a_broken_constraint_is_the_callers_exception(database: Database, file: Path) -> None:
    def break_it(tx: Transaction) -> int:
        return tx.run("INSERT INTO deliveries (tenant, id, answer, seen_at) VALUES ('T', 'd', '{}', NULL)")

    first, second = await in_one_group(database, [break_it, delivery("d1")])
    assert isinstance(first, sqlite3.IntegrityError)
    assert second == "d1"
    assert recorded(file) == {"d1"}


async def test_a_work_that_raises_stopiteration_is_answered(database: Database) -> None:
    """An asyncio future refuses StopIteration: without care its caller would wait for ever."""

    def empty(tx: Transaction) -> str:
        return next(iter(()))

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(database.write(empty), PATIENCE_S)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(database.read(empty), PATIENCE_S)


async def test_the_writer_outlives_a_work_that_is_cancelled_from_within(
    database: Database, file: Path
) -> None:
    """CancelledError is no Exception: it is its caller's alone, and the writer goes on."""

    def leave(tx: Transaction) -> str:
        raise asyncio.CancelledError

    left, stayed = await in_one_group(database, [leave, delivery("d1")])
    assert isinstance(left, asyncio.CancelledError)
    assert stayed == "d1"
    assert await database.write(delivery("d2")) == "d2"


@pytest.mark.parametrize("ids", [[], ["d1", "d2"]], ids=["no row", "two rows"])
async def test_a_change_of_other_than_one_row_is_stale_and_undone(database: Database, ids: list[str]) -> None:
    for id in ids:
        await database.write(delivery(id))
    with pytest.raises(Stale) as caught:
        await database.write(lambda tx: tx.change("UPDATE deliveries SET answer = '{}'"))
    assert caught.value.rows == len(ids)
    answers = await database.read(lambda tx: [deliveries.answer_given(tx, TENANT, id) for id in ids])
    assert answers == [{"text": "x"} for _ in ids]


async def test_a_change_of_one_row_is_kept(database: Database) -> None:
    await database.write(delivery("d1"))
    await database.write(lambda tx: tx.change("UPDATE deliveries SET answer = '{}' WHERE id = 'd1'"))
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "d1")) == {}


async def test_a_naive_datetime_is_refused(database: Database, file: Path) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        await database.write(lambda tx: deliveries.record(tx, TENANT, "d1", {}, naive))
    assert recorded(file) == set()


async def test_close_finishes_what_is_queued_and_refuses_what_comes_after(file: Path) -> None:
    database = await Database.open(file, NOW)
    async with writer_held(database):
        tasks = await submitted(database, [delivery("d1"), delivery("d2")])
    await database.close()
    assert await outcomes(tasks) == ["d1", "d2"]
    with pytest.raises(NotRecorded, match="closed"):
        await database.write(delivery("d3"))
    await database.close()
    assert recorded(file) == {"d1", "d2"}


async def test_a_close_that_is_cancelled_cancels_no_commit(database: Database, file: Path) -> None:
    async with disk_held(database):
        [task] = await submitted(database, [delivery("d1")])
        closing = asyncio.create_task(database._writer.close())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        assert closing.cancelled()
    assert await outcomes([task]) == ["d1"]
    assert recorded(file) == {"d1"}


async def test_the_queue_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.writer.WAITING_MAX", 2)
    async with writer_held(database):
        tasks = await submitted(database, [delivery(f"d{number}") for number in range(3)])
        with pytest.raises(NotRecorded, match="waiting already"):
            await tasks[2]
    assert await outcomes(tasks[:2]) == ["d0", "d1"]


async def test_every_writing_connection_syncs_fully_and_checks_its_foreign_keys(database: Database) -> None:
    def settings(tx: Transaction) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [value for name in names for value in dict(tx.one(f"PRAGMA {name}") or {}).values()]

    assert await database.write(settings) == ["wal", 2, 1]
    with closing(sqlite3.connect(database.file)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
