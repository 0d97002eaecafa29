"""An open database in a directory of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.sqlite import Database
from tests.store.seeds import NOW


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "signoff.db"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    opened = await Database.open(file, NOW)
    yield opened
    await opened.close()
