"""Databases full of waiting runs, made by the real use case, graph, boundary and store; Slack and Stripe are
left out.

The first few hundred were driven, the others are copies of them. Each was asked for through `Runs.start` and
driven to its gate by the embedded engine, so its rows are those of a refund that waits: run, steps,
checkpoint, approval, outbox, audit. Payments are answered from memory. What the publisher would have told
Slack is marked as told, and the sandbox is given each card's root, since the bot looks now and then whether a
card is still there.
"""

import asyncio
import shutil
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import stripe

from benchmarks.copies import copy_run
from benchmarks.running import settings
from bot.settings import Config
from sandbox.slack.cast import BOT_USER_ID
from sandbox.storage import Storage
from store import outbox, runs
from store.records import OutboxKind, RunStatus
from store.sqlite import Database, open_for_reading
from store.transaction import Transaction
from workflows.approvals.directory import NobodyKnown
from workflows.approvals.last_look import LastLook
from workflows.bells import Bells
from workflows.clock import system_clock
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_payments import EarlierRefund, Payment, StripePayments
from workflows.engine.embedded import EmbeddedEngine
from workflows.graphs.refund_input import RefundInput
from workflows.graphs.registry import load
from workflows.questions.doubts import Doubts
from workflows.runs import Request, Runs
from workflows.workflow import Installed

TENANT = "T0SANDBOX"
CHANNEL = "C0REFUNDS"
ASKERS = ("U0RILEY", "U0FIONA")
# From there on runs are copies, since a drive takes a while.
DRIVEN_MAX = 500
AT_ONCE = 200
DEADLINE_S = 60.0
LOOK_EVERY_S = 0.05
FIRST_TS = 1_700_000_000

# One of each who asked.
TO_COPY = "SELECT max(id) AS id FROM runs GROUP BY requester"
COUNT_BUSY = "SELECT count(*) AS count FROM runs WHERE status IN ('queued', 'running')"


class Stock:
    """Makes each database once, out of the next smaller one, and hands out copies."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._made: list[int] = []

    async def put(self, waiting: int, home: Path) -> None:
        """A bot that starts in `home` finds so many waiting runs there, and the sandbox their cards."""
        if waiting not in self._made:
            self._say(f"making {waiting:,} waiting runs")
            await self._make(waiting)
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.file(waiting), home / "signoff.db")
        _show_roots(home / "sandbox.db", min(waiting, DRIVEN_MAX))

    def file(self, waiting: int) -> Path:
        """The database with so many, as it was made."""
        return self._folder / f"{waiting}.db"

    async def _make(self, waiting: int) -> None:
        file = self.file(waiting)
        smaller = max((made for made in self._made if made < waiting), default=0)
        if smaller:
            shutil.copyfile(self.file(smaller), file)
        await fill(file, range(smaller, min(waiting, DRIVEN_MAX)))
        copies = range(max(smaller, DRIVEN_MAX), waiting)
        for place, run in enumerate(_to_copy(file)):
            copy_run(file, TENANT, run, copies[place :: len(ASKERS)])
        self._made.append(waiting)


def _to_copy(file: Path) -> list[str]:
    with closing(open_for_reading(file)) as connection:
        rows = connection.execute(TO_COPY).fetchall()
    return [str(row["id"]) for row in rows]


async def fill(file: Path, numbers: range) -> None:
    """Adds the runs of these numbers. Closing the last connection leaves everything in this one file."""
    clock, bells = system_clock, Bells()
    config = Config.model_validate(tomllib.loads(settings()))
    registry = load({"refund": config.workflows["refund"]}, RememberedPayments())
    database = await Database.open(file, clock())
    try:
        ledger = Ledger(database, {}, clock, database.boot)
        last_look = LastLook(database, NobodyKnown(), clock)
        doubts = Doubts(database, {}, last_look, clock, database.boot)
        driver = Driver(database, registry, ledger, doubts, last_look, clock, bells)
        engine = EmbeddedEngine(database, driver, TENANT, clock, bells)
        use_case = Runs(database, clock, bells)
        await engine.start()
        try:
            for first in range(0, len(numbers), AT_ONCE):
                some = numbers[first : first + AT_ONCE]
                ids = await _ask(use_case, registry.all()[0], some)
                await _driven(database)
                told = dict(zip(some, ids, strict=True))
                await database.write(partial(_tell, told=told, now=clock()))
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
    async def one(number: int) -> str:
        wanted = RefundInput(payment=f"pi_plain{number:05}", amount="25.00", reason="charged twice")
        asker = ASKERS[number % len(ASKERS)]
        request = Request(TENANT, f"bench:{number}", asker, CHANNEL, wanted)
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


def _tell(tx: Transaction, told: Mapping[int, str], now: datetime) -> None:
    """What the publisher records when Slack has taken a run's messages."""
    for number, id in told.items():
        run = runs.get(tx, TENANT, id)
        if run is None or run.status != RunStatus.WAITING:
            raise ValueError(f"{id} does not wait: {run}")
        runs.admit(tx, run, "member")
        for place, row in enumerate(outbox.of_run(tx, TENANT, id)):
            if row.kind != OutboxKind.CARD:
                outbox.insert_message(tx, row, row.channel, _ts(number, place), None, now)
            outbox.mark_sent(tx, row, now)


def _ts(number: int, place: int) -> str:
    """The root has place 0: it is the first of a run's outbox."""
    return f"{FIRST_TS + number}.{place:06}"


def _show_roots(file: Path, waiting: int) -> None:
    with closing(Storage(file)) as storage:
        for number in range(waiting):
            ts = _ts(number, 0)
            root = {"channel": CHANNEL, "ts": ts, "user": BOT_USER_ID, "text": f"Request {number}"}
            storage.put("slack.messages", f"{CHANNEL}:{ts}", root)
