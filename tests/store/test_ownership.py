"""One process owns a file, and what it acknowledged outlives it."""

import sqlite3
from pathlib import Path

import pytest

from store.errors import DatabaseInUse, SchemaTooNew
from store.ownership import Ownership
from store.sqlite import Database
from tests.store.elsewhere import recorded, rows
from tests.store.processes import rest, said, started
from tests.store.seeds import NOW, delivery

ACKNOWLEDGED = 300


async def test_a_second_process_is_refused_in_words_a_person_can_use(database: Database, file: Path) -> None:
    with started("writing_process", str(file)) as second:
        refusal = said(second)
        assert second.wait(10) == 0
    assert refusal == f"refused: {DatabaseInUse(str(file))}"
    assert "in use by another Signoff process" in refusal
    assert "SIGNOFF_HOME" in refusal
    assert await database.write(delivery("d1")) == "d1"


async def test_kill_9_amid_writing_loses_nothing_acknowledged_and_frees_the_file(file: Path) -> None:
    with started("writing_process", str(file)) as first:
        assert said(first) == "owner"
        with pytest.raises(DatabaseInUse):
            await Database.open(file, NOW)
        acknowledged = {said(first) for _ in range(ACKNOWLEDGED)}
        first.kill()
        acknowledged |= set(rest(first))
        first.wait(10)

    database = await Database.open(file, NOW)
    try:
        assert len(acknowledged) >= ACKNOWLEDGED
        assert acknowledged <= recorded(file)
        assert database.boot == 2
        assert await database.write(delivery("after")) == "after"
    finally:
        await database.close()


async def test_the_same_process_can_not_open_a_file_twice(database: Database, file: Path) -> None:
    with pytest.raises(DatabaseInUse):
        await Database.open(file, NOW)


async def test_a_symbolic_link_is_no_second_file(database: Database, file: Path) -> None:
    link = file.parent / "elsewhere" / "other.db"
    link.parent.mkdir()
    link.symlink_to(file)
    with pytest.raises(DatabaseInUse):
        await Database.open(link, NOW)


async def test_a_closed_file_can_be_opened_again_with_the_next_boot(file: Path) -> None:
    for boot in (1, 2, 3):
        database = await Database.open(file, NOW)
        assert database.boot == boot
        await database.close()
    assert [row["boot"] for row in rows(file, "SELECT boot FROM boots ORDER BY boot")] == [1, 2, 3]


async def test_a_start_that_fails_lets_the_file_go(file: Path) -> None:
    newer = sqlite3.connect(file, isolation_level=None)
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    with pytest.raises(SchemaTooNew) as refusal:
        await Database.open(file, NOW)
    Ownership(file).release()
    assert refusal.value.found == 999  # kept until here: its traceback keeps alive what was not let go
