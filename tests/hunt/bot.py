"""Everything of a bot but Slack, wired as `bot/bootstrap.py` does it, in a process that obeys a pipe."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import anyio._backends._asyncio  # noqa: F401  httpx imports it at its first call: once, and not in each child
import stripe

from bot import logs
from bot.clock import clock_following
from bot.parts import Parts
from store import approvals, runs
from store.errors import NotRecorded
from store.records import RunStatus
from store.seals import SealKey
from store.transaction import Transaction
from tests.crashes.matrix.seams import seamed
from tests.hunt.deeds import EVERYONE, UNSURE, Answer, Ask, Cancel, Click, Deed, Withdraw
from tests.hunt.fate import Fate
from tests.workflows.house import CHANNEL, DEADLINE_S, TENANT, People
from workflows.approvals.decide import Approvals, Ballot, Choice
from workflows.approvals.last_look import LastLook
from workflows.approvals.policy import Policy, Said
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.drive import Driver
from workflows.effects.looks import POLLING_ONLY
from workflows.effects.stripe_payments import StripePayments
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import SystemOfRecord
from workflows.engine.embedded import EmbeddedEngine
from workflows.engine.lookout import Lookout
from workflows.graphs.refund import refund_workflow
from workflows.graphs.refund_input import RefundInput
from workflows.questions.doubts import Doubts
from workflows.runs import Request, Runs, Started
from workflows.sealing import Sealer
from workflows.withdrawal import Why, withdraw
from workflows.workflow import Installed, Registry, WorkflowSettings

KEY = SealKey("a key that nobody can guess, of enough characters")
STRIPE_TIMEOUT_S = 0.4
IDLE_LOOK_S = 0.003
IDLE_WITHIN_S = 20.0
_PR_SET_PDEATHSIG = 1

Around = Callable[[Fate], Parts]
MakeApprovals = Callable[..., Approvals]


def whole(fate: Fate) -> Parts:
    """A bot with nothing broken."""
    return seamed(fate)  # type: ignore[arg-type]  # it has what the seams ask


@dataclass(frozen=True)
class Plan:
    """What a bot is started with. `leads` may approve, `quorum` of them have to."""

    home: Path
    clock_file: Path
    stripe_url: str
    leads: frozenset[str]
    quorum: int
    around: Around = whole
    approvals: MakeApprovals = Approvals


def live(plan: Plan, pipe: Connection) -> None:
    """The child's life: it answers one message after another until it is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(plan.home / "bot.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logs.configure()
    with suppress(EOFError):
        asyncio.run(_live(plan, pipe))


async def _live(plan: Plan, pipe: Connection) -> None:
    bot = await Bot.open(plan)
    pipe.send(None)
    while True:
        name, arguments = await asyncio.to_thread(pipe.recv)
        pipe.send(await getattr(bot, name)(*arguments))


class Bot:
    """Its methods are what the pipe may ask."""

    def __init__(self, plan: Plan, fate: Fate, clock: Clock, parts: Parts) -> None:
        self._plan, self._fate, self._clock, self._parts = plan, fate, clock, parts
        self._bells = Bells()
        self._people = People(clock)
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def open(cls, plan: Plan) -> "Bot":
        fate = Fate(plan.home / "died-at")
        clock = clock_following(plan.clock_file)
        bot = cls(plan, fate, clock, plan.around(fate))
        await bot.leads(plan.leads)
        await bot._start()
        return bot

    async def _start(self) -> None:
        clock, bells, parts = self._clock, self._bells, self._parts
        self._database = database = await parts.database(self._plan.home / "signoff.db", clock())
        client = stripe.StripeClient(
            "sk_test_sandbox",
            base_addresses={"api": self._plan.stripe_url},
            max_network_retries=0,
            http_client=parts.stripe_http(timeout=STRIPE_TIMEOUT_S),
        )
        systems: dict[str, SystemOfRecord] = {StripeRefunds.name: parts.refunds(client)}
        ledger = parts.ledger(database, systems, clock, database.boot)
        policy = Policy(groups=("S0LEADS",), quorum=self._plan.quorum)
        settings = WorkflowSettings(channel=CHANNEL, approvers=policy)
        self._installed = Installed(refund_workflow(StripePayments(client)), settings)
        last_look = LastLook(database, self._people, clock)
        doubts = Doubts(database, systems, last_look, clock, database.boot)
        driver = Driver(database, Registry([self._installed]), ledger, doubts, last_look, clock, bells)
        self._runs = Runs(database, clock, bells)
        self._approvals = self._plan.approvals(database, self._people, clock, bells)
        self._lookout = Lookout(database, systems, TENANT, POLLING_ONLY, clock, bells)
        self._sealer = Sealer(database, TENANT, KEY, clock)
        await EmbeddedEngine(database, driver, TENANT, clock, bells).start()

    async def leads(self, leads: frozenset[str]) -> None:
        self._people.gone = set(EVERYONE) - leads

    async def die_after(self, points: int, among: str) -> None:
        self._fate.die_after(points, among)

    async def lose(self, loss: Any, commits: int) -> None:
        self._fate.lose(loss, commits)

    async def at_once(self, deeds: tuple[Deed, ...]) -> list[Answer]:
        return list(await asyncio.gather(*(self._do(each) for each in deeds)))

    async def idle(self) -> bool:
        """Once nothing is being driven and nothing is due; False where that never comes."""
        until_s = time.monotonic() + IDLE_WITHIN_S
        self._bells.ring()
        while time.monotonic() < until_s:
            if not await self._database.read(partial(_is_busy, now=self._clock())):
                return True
            await asyncio.sleep(IDLE_LOOK_S)
        return False

    async def look_out(self) -> None:
        """Looks again at what is due to be looked at, as the lookout does each second."""
        with suppress(NotRecorded):
            await self._lookout.round()

    async def seal(self) -> None:
        with suppress(NotRecorded):
            await self._sealer.seal()

    async def _do(self, deed: Deed) -> Answer:
        try:
            match deed:
                case Ask():
                    return await self._ask(deed)
                case Click():
                    return await self._click(deed)
                case Cancel():
                    return Answer(await self._runs.cancel(TENANT, deed.run, deed.by, DEADLINE_S))
                case Withdraw():
                    return await self._withdraw(deed)
        except NotRecorded:
            return Answer(UNSURE)

    async def _ask(self, deed: Ask) -> Answer:
        amount = f"{deed.amount // 100}.{deed.amount % 100:02d}"
        wanted = RefundInput(payment=deed.payment, amount=amount, reason="charged twice")
        request = Request(TENANT, deed.delivery, deed.by, CHANNEL, wanted)
        started = await self._runs.start(request, self._installed, DEADLINE_S)
        return Answer("started", run=started.run) if isinstance(started, Started) else Answer("too_many")

    async def _click(self, deed: Click) -> Answer:
        digest = deed.digest[::-1] if deed.is_stale else deed.digest
        choice = Choice(deed.choice)
        reason = "because" if choice == Choice.REJECT else ""
        ballot = Ballot(
            TENANT,
            deed.delivery,
            deed.question,
            digest,
            deed.by,
            choice,
            reason,
            said=Said(deed.said) if deed.said else None,
            said_id=deed.said_id,
        )
        answer = await self._approvals.decide(ballot, DEADLINE_S)
        word = answer.verdict if answer.verdict else answer.kind
        return Answer(str(word), answer.status, answer.by, answer.at)

    async def _withdraw(self, deed: Withdraw) -> Answer:
        now = self._clock()

        def work(tx: Transaction) -> bool:
            run = runs.get(tx, TENANT, deed.run)
            return run is not None and withdraw(tx, run, Why.CHANNEL_ARCHIVED, now)

        withdrawn = await self._database.write(work)
        self._bells.ring()
        return Answer("withdrawn" if withdrawn else "not_withdrawn")


def _is_busy(tx: Transaction, now: Any) -> bool:
    driven = tx.one("SELECT 1 FROM runs WHERE status = :status LIMIT 1", status=RunStatus.RUNNING)
    return bool(driven or runs.due(tx, TENANT, now, 1) or approvals.expired(tx, TENANT, now, 1))
