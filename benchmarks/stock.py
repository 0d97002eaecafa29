"""Databases full of waiting runs, made by the real use case, graph, boundary and store; Slack and Stripe are
left out.

Each run was asked for through `Runs.start` and driven to its gate by the embedded engine, so its rows are
those of a refund that waits: run, steps, checkpoint, approval, outbox, audit. Payments are answered from
memory, and what the publisher would have told Slack is marked as told.
"""

import asyncio
import shutil
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import stripe

from benchmarks.running import settings
from bot.settings import Config
from store import outbox, runs
from store.records import OutboxKind
from store.sqlite import Database
from store.transaction import Transaction
from workflows.bells import Bells
from workflows.clock import system_clock
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_payments import EarlierRefund, Payment, StripePayments
from workflows.engine.embedded import EmbeddedEngine
from workflows.graphs.refund_input import RefundInput
from workflows.graphs.registry import load
from workflows.runs import Request, Runs
from workflows.workflow import Installed

TENANT = "T0SANDBOX"
OF_ONE_PERSON = 50
AT_ONCE = 200
DEADLINE_S = 60.0
LOOK_EVERY_S = 0.05

COUNT_BUSY = "SELECT count(*) AS count FROM runs WHERE status IN ('queued', 'running')"


class Stock:
    """Makes each database once, and hands out copies."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say

    async def put(self, waiting: int, home: Path) -> None:
        """A bot that starts in `home` finds so many waiting runs there."""
        file = self._folder / f"{waiting}.db"
        if not file.exists():
            self._say(f"making {waiting:,} waiting runs")
            made = file.with_suffix(".making")
            await fill(made, waiting)
            made.rename(file)
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, home / "signoff.db")


async def fill(file: Path, count: int) -> None:
    """Closing the last connection leaves everything in this one file."""
    clock, bells = system_clock, Bells()
    config = Config.model_validate(tomllib.loads(settings()))
    registry = load({"refund": config.workflows["refund"]}, RememberedPayments())
    database = await Database.open(file, clock())
    try:
        ledger = Ledger(database, {}, clock, database.boot)
        driver = Driver(database, registry, ledger, clock, bells)
        engine = EmbeddedEngine(database, driver, TENANT, clock, bells)
        use_case = Runs(database, clock, bells)
        await engine.start()
        try:
            for first in range(0, count, AT_ONCE):
                numbers = range(first, min(first + AT_ONCE, count))
                ids = await _ask(use_case, registry.all()[0], numbers)
                await _driven(database)
                await database.write(partial(_tell, ids=ids, now=clock()))
        finally:
            await engine.stop()
    finally:
        await database.close()


class RememberedPayments(StripePayments):
    """One plain payment under every id."""

    def __init__(self) -> None:
        super().__init__(stripe.StripeClient("sk_test_unused"))

    async def payment(self, id: str) -> Payment:
        return Payment(
            id=id,
            charge=id.replace("pi_", "ch_"),
            status="succeeded",
            amount=12_000,
            refunded=0,
            currency="usd",
            created=datetime.now(UTC) - timedelta(days=3),
            customer="cus_plain01",
            customer_name="Ben Costa",
            description="Team seats, order 1001",
            livemode=False,
            disputed=False,
            dispute_blocks=False,
        )

    async def refunds(self, payment: Payment) -> Sequence[EarlierRefund]:  # noqa: ARG002  # has none
        return []

    async def amounts_before(self, payment: Payment) -> Sequence[int]:
        return [payment.amount - 300, payment.amount + 450]


async def _ask(use_case: Runs, installed: Installed, numbers: range) -> list[str]:
    """As people would: nobody has more open requests than the shipped settings allow."""

    async def one(number: int) -> str:
        wanted = RefundInput(payment=f"pi_plain{number:05}", amount="25.00", reason="charged twice")
        asker = f"U0ASKER{number // OF_ONE_PERSON:04}"
        request = Request(TENANT, f"bench:{number}", asker, "C0REFUNDS", wanted)
        started = await use_case.start(request, installed, DEADLINE_S)
        return started.run  # type: ignore[union-attr]  # nobody asks for too many here

    return list(await asyncio.gather(*(one(number) for number in numbers)))


async def _driven(database: Database) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while await database.read(_count_busy):
            await asyncio.sleep(LOOK_EVERY_S)


def _count_busy(tx: Transaction) -> int:
    row = tx.one(COUNT_BUSY)
    return int(str(row["count"])) if row else 0


def _tell(tx: Transaction, ids: Sequence[str], now: datetime) -> None:
    """What the publisher records after Slack has taken a message."""
    for id in ids:
        run = runs.get(tx, TENANT, id)
        if run is None or run.status != "waiting":
            raise ValueError(f"{id} does not wait: {run}")
        for number, row in enumerate(outbox.of_run(tx, TENANT, id)):
            if row.kind is not OutboxKind.CARD:
                ts = f"{now.timestamp() + number / 1e3:.6f}"
                outbox.insert_message(tx, row, row.channel, ts, None, now)
            outbox.mark_sent(tx, row, now)
