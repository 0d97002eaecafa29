"""Signoff's full road, every transaction of it, through its own engine: command, claim, live steps, boundary,
vote and decision, claim, last look, intent, outcome, end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.sides.graph import Wanted, noting_and_refunding, request_for, workflow
from benchmarks.sides.house import CHANNEL, DEADLINE_S, MORGAN, TENANT, House
from benchmarks.sides.side import timed
from store.identity import identifier
from store.records import ApprovalStatus, Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.decide import Approvals, Ballot, Choice
from workflows.approvals.policy import Policy
from workflows.clock import system_clock
from workflows.drive import Driver, Stored
from workflows.engine.embedded import EmbeddedEngine
from workflows.runs import Request, Runs, Started
from workflows.workflow import Installed, WorkflowSettings

# Whoever the waiting runs of other benchmarks are of has too many open already.
ASKER = "U0ASKER"
NOT_DONE = "SELECT id, status FROM runs WHERE status <> 'done' LIMIT 1"
SETTINGS = WorkflowSettings(
    channel=CHANNEL, approvers=Policy(groups=("S0LEADS",)), open_runs_per_requester_max=10_000
)


class TellingDriver(Driver):
    """Tells when it has driven a run to its next boundary, since nobody here reads the outbox."""

    def __init__(self, house: House) -> None:
        super().__init__(
            house.database,
            house.registry,
            house.ledger,
            house.doubts,
            house.last_look,
            system_clock,
            house.bells,
        )
        self._waited_for: dict[str, asyncio.Future[None]] = {}

    def driven(self, run: str) -> "asyncio.Future[None]":
        """To be asked before the drive can begin."""
        return self._waited_for.setdefault(run, asyncio.get_running_loop().create_future())

    async def drive(self, run: Run, stored: Stored | None = None) -> None:
        await super().drive(run, stored)
        self._waited_for.pop(run.id).set_result(None)


class FullRoad:
    def __init__(self, house: House, driver: TellingDriver) -> None:
        self._database = house.database
        self._installed = house.registry.all()[0]
        self._driver = driver
        self._runs = Runs(house.database, system_clock, house.bells)
        self._approvals = Approvals(house.database, house.people, system_clock, house.bells)

    async def cycles(self, numbers: range, at_once: int) -> float:
        async with asyncio.timeout(DEADLINE_S):
            took_s = await timed(numbers, at_once, self._cycle)
        await self._database.read(_check_all_done)
        return took_s

    async def start(self, number: int) -> str:
        """Asks for a run, and returns it when it waits."""
        delivery = f"bench:{number}"
        run = identifier("run", TENANT, "measured", delivery)
        waits = self._driver.driven(run)
        request = Request(TENANT, delivery, ASKER, CHANNEL, _wanted(number))
        started = await self._runs.start(request, self._installed, DEADLINE_S)
        if not isinstance(started, Started):
            raise TypeError(f"not started: {started}")
        await waits
        return run

    async def click(self, number: int, run: str) -> "asyncio.Future[None]":
        """Approves, and returns when that is committed; what it returns is done when the run is."""
        ended = self._driver.driven(run)
        approval = identifier("apr", TENANT, run, "refund", "", "0")
        digest = request_for(_wanted(number).model_dump()).digest
        ballot = Ballot(TENANT, f"click:{run}", approval, digest, MORGAN, Choice.APPROVE)
        answer = await self._approvals.decide(ballot, DEADLINE_S)
        if answer.status != ApprovalStatus.APPROVED:
            raise ValueError(f"the click on {approval} was answered by {answer}")
        return ended

    async def _cycle(self, number: int) -> None:
        run = await self.start(number)
        ended = await self.click(number, run)
        await ended


def _wanted(number: int) -> Wanted:
    return Wanted(payment=f"pi_plain{number:05}", amount=2500)


@asynccontextmanager
async def full_road(file: Path) -> AsyncIterator[FullRoad]:
    database = await Database.open(file, system_clock())
    try:
        house = House.of(database, Installed(workflow(noting_and_refunding()), SETTINGS))
        driver = TellingDriver(house)
        engine = EmbeddedEngine(database, driver, TENANT, system_clock, house.bells)
        await engine.start()
        try:
            yield FullRoad(house, driver)
        finally:
            await engine.stop()
    finally:
        await database.close()


def _check_all_done(tx: Transaction) -> None:
    row = tx.one(NOT_DONE)
    if row is not None:
        raise ValueError(f"{row['id']} did not come to its good end: {row['status']}")
