"""Migrations: whole or not at all, and never backwards."""

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

import store.migrate
from store.errors import SchemaTooNew
from store.migrate import migrate
from store.sqlite import Database
from tests.store.elsewhere import recorded, rows
from tests.store.processes import started
from tests.store.seeds import NOW, delivery

SHIPPED = sorted((Path(store.migrate.__file__).parent / "migrations").glob("*.sql"))


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations we ship, to which a test adds its own."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for script in SHIPPED:
        shutil.copy(script, folder)
    monkeypatch.setattr(store.migrate, "_MIGRATIONS", folder)
    return folder


def next_script(folder: Path, text: str) -> None:
    (folder / f"{int(SHIPPED[-1].name[:4]) + 1:04}_next.sql").write_text(text)


def tables(file: Path) -> set[str]:
    return {str(row["name"]) for row in rows(file, "SELECT name FROM sqlite_schema WHERE type = 'table'")}


def version(file: Path) -> object:
    return rows(file, "PRAGMA user_version")[0][0]


async def test_a_new_file_gets_the_whole_schema(database: Database, file: Path) -> None:
    assert version(file) == len(SHIPPED)
    assert {"runs", "approvals", "effects", "outbox", "audit", "checkpoints", "writes"} <= tables(file)


async def test_the_next_migration_meets_the_rows_of_the_one_before(file: Path, scripts: Path) -> None:
    database = await Database.open(file, NOW)
    await database.write(delivery("d1"))
    await database.close()
    next_script(scripts, "CREATE TABLE next (n INTEGER);\nINSERT INTO next SELECT count(*) FROM deliveries;")
    database = await Database.open(file, NOW)
    await database.close()
    assert version(file) == len(SHIPPED) + 1
    assert rows(file, "SELECT n FROM next")[0]["n"] == 1
    assert recorded(file) == {"d1"}


async def test_a_migration_that_fails_leaves_the_schema_before_it(file: Path, scripts: Path) -> None:
    next_script(scripts, "CREATE TABLE half (n INTEGER);\nINSERT INTO nowhere VALUES (1);")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, file)
        assert not connection.in_transaction
    assert version(file) == len(SHIPPED)
    assert "half" not in tables(file)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE steps", "CREATE TABLE IF NOT EXISTS writes", "PRAGMA user_version=1", "COMMIT"],
)
async def test_kill_9_amid_a_migration_leaves_no_half_of_it(file: Path, statement: str) -> None:
    with started("migrating_process", str(file), statement) as process:
        assert process.wait(10) == -signal.SIGKILL
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    database = await Database.open(file, NOW)
    assert await database.write(delivery("d1")) == "d1"
    await database.close()


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
async def test_a_newer_schema_is_refused_and_not_a_byte_of_it_touched(file: Path, journal: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as newer:
        newer.execute(f"PRAGMA journal_mode = {journal}")
        newer.execute("CREATE TABLE of_the_future (n INTEGER)")
        newer.execute(f"PRAGMA user_version = {len(SHIPPED) + 1}")
    before = file.read_bytes()
    with pytest.raises(SchemaTooNew) as refusal:
        await Database.open(file, NOW)
    assert (refusal.value.found, refusal.value.known) == (len(SHIPPED) + 1, len(SHIPPED))
    assert file.read_bytes() == before


async def test_a_file_the_stock_saver_made_becomes_ours_and_keeps_its_threads(tmp_path: Path) -> None:
    file = tmp_path / "stock.db"
    with closing(sqlite3.connect(file)) as stock:
        SqliteSaver(stock).setup()
        stock.execute("INSERT INTO checkpoints VALUES ('t', '', 'c1', NULL, 'msgpack', x'80', x'7b7d')")
        stock.commit()
    database = await Database.open(file, NOW)
    [row] = await database.read(lambda tx: tx.all("SELECT checkpoint_id FROM checkpoints"))
    assert row["checkpoint_id"] == "c1"
    await database.close()
