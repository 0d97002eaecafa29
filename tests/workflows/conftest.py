"""A house of its own for each test; whatever the test did there has to satisfy `signoff verify`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import logs
from tests.workflows.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    logs.configure()  # structlog's own way to show a traceback takes seconds
    opened = House(tmp_path)
    await opened.open()
    yield opened
    await opened.close()
    assert opened.broken() == []
