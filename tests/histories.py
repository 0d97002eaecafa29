"""A long reasoning history under a run, written by the store itself while no bot owns its file."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store import steps
from store.sqlite import Database
from store.steps import NewStep
from store.transaction import Transaction
from tests.harness import Sandbox

TENANT = "T0SANDBOX"


def long_history(sandbox: Sandbox, run: str, count: int) -> None:
    """Kills the bot, adds steps `Looked at item N`, and starts it again. Their epoch is one no drive has."""
    sandbox.kill()
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's tests stand in an event loop of their own
        elsewhere.submit(asyncio.run, _add(sandbox.home / "signoff.db", run, count)).result()
    sandbox.start()


async def _add(file: Path, run: str, count: int) -> None:
    now = datetime.now(UTC)
    database = await Database.open(file, now)

    def add(tx: Transaction) -> None:
        for number in range(1, count + 1):
            began = now + timedelta(milliseconds=number)
            text = f"Looked at item {number:,}."
            steps.insert(tx, NewStep(TENANT, run, 999, "look", number, text, began, began))

    await database.write(add)
    await database.close()
