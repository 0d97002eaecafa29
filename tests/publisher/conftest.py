"""A publisher in this process, with a real database, and the sandbox's Slack over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.publisher.desk import Desk
from tests.sandbox.conftest import OpenPlace, open_place

__all__ = ["open_place"]


@pytest.fixture
async def desk(open_place: OpenPlace, tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(await open_place(messages_per_second=10_000.0, message_burst=10_000), tmp_path / "signoff.db")
    await made.open()
    # Drawing a traceback for a terminal takes longer than most tests here.
    with capture_logs():
        yield made
    await made.close()
