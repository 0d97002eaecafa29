"""The workspace uninstalled us: everything that waits ends by that name; what has begun is settled first."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from store import runs
from store.records import Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.withdrawal import Why, withdraw

BATCH = 100


async def end_what_waits(database: Database, tenant: str, clock: Clock, bells: Bells) -> None:
    """A batch a transaction. The engine drives each run to its end."""
    after = ""
    while True:
        batch = await database.read(partial(runs.still_wanted, tenant=tenant, after=after, limit=BATCH))
        if not batch:
            return
        after = batch[-1].id
        await database.write(partial(_withdraw, batch=batch, now=clock()))
        bells.ring()


def _withdraw(tx: Transaction, batch: Sequence[Run], now: datetime) -> None:
    for run in batch:
        withdraw(tx, run, Why.WORKSPACE_UNINSTALLED, now)
