"""An open database in a directory of its own."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from store.migrate import migrate
from store.sqlite import Database
from tests.store.seeds import NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "signoff.db"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema and no owner yet: migrating one for each test would be most of their time."""
    template = tmp_path_factory.mktemp("migrated") / "signoff.db"
    with closing(sqlite3.connect(template, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        migrate(connection, template)
    return template


@pytest.fixture
async def database(file: Path, migrated: Path) -> AsyncIterator[Database]:
    shutil.copy(migrated, file)
    opened = await Database.open(file, NOW)
    yield opened
    await opened.close()
