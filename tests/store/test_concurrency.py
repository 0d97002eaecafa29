"""Concurrency: what a work decides on it checks again in its write; of many at once none is lost."""

import asyncio

import pytest

from store import deliveries
from store.errors import Stale
from store.sqlite import Database
from store.statements import statements
from store.transaction import Transaction
from tests.store.processes import ROOT
from tests.store.seeds import NOW, TENANT, delivery
from tests.store.waiting import in_one_group

MANY = 100
QUERIES = sorted(each.stem for each in (ROOT / "store" / "queries").glob("*.sql"))


async def tallied(database: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.run("CREATE TABLE tally (n INTEGER)")
        tx.run("INSERT INTO tally VALUES (0)")

    await database.write(work)


def tally(tx: Transaction) -> int:
    row = tx.one("SELECT n FROM tally")
    assert row is not None
    return int(str(row["n"]))


async def test_a_hundred_increments_at_once_all_count(database: Database) -> None:
    """Each reads beforehand, as a click does with its facts, and writes only onto what it has read."""
    await tallied(database)

    async def increment() -> int:
        for tries in range(1, MANY + 1):
            seen = await database.read(tally)
            try:
                await database.write(
                    lambda tx, seen=seen: tx.change("UPDATE tally SET n = n + 1 WHERE n = :seen", seen=seen)  # type: ignore[misc]  # called at once
                )
            except Stale:
                continue
            return tries
        raise AssertionError("somebody is first in each round")

    tries = await asyncio.gather(*(increment() for _ in range(MANY)))
    assert await database.read(tally) == MANY
    assert max(tries) > 1, "nobody was ever too late, so nothing was at once"


async def test_of_works_that_decide_on_the_same_row_one_is_first_and_the_others_learn_it(
    database: Database,
) -> None:
    await tallied(database)
    decide = [lambda tx: tx.change("UPDATE tally SET n = 1 WHERE n = 0") for _ in range(MANY)]
    answers = await in_one_group(database, decide)
    assert answers[0] is None
    assert [type(each) for each in answers[1:]] == [Stale] * (MANY - 1)


async def test_what_was_read_before_the_write_may_be_old_and_the_key_decides(database: Database) -> None:
    """A read in a snapshot says that nothing is there; by the time of the write something is."""
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "d1")) is None
    await database.write(delivery("d1"))
    with pytest.raises(Stale):
        await database.write(lambda tx: deliveries.record(tx, TENANT, "d1", {"text": "another"}, NOW))
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "d1")) == {"text": "x"}


@pytest.mark.parametrize("file", QUERIES)
def test_no_named_statement_begins_or_ends_a_transaction(file: str) -> None:
    verbs = {name: _verb(sql) for name, sql in statements(file).items()}
    assert set(verbs.values()) <= {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE"}, verbs


def _verb(sql: str) -> str:
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return lines[0].split(maxsplit=1)[0]
