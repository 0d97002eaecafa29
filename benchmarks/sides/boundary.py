"""Signoff's boundary alone: the bare graph, its checkpoints committed with run, approval, audit and outbox.

What comes before and between (the command, the claims, the decision) is written for all runs at once and
not timed: it is part of the full road.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.sides.graph import bare, workflow
from benchmarks.sides.house import CHANNEL, MORGAN, RILEY, TENANT, House
from benchmarks.sides.side import timed
from store import approvals, runs
from store.checkpoints import BoundarySaver
from store.identity import identifier
from store.records import ApprovalStatus, Run, RunStatus
from store.runs import NewRun
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.policy import Policy
from workflows.clock import system_clock
from workflows.workflow import Installed, WorkflowSettings

SETTINGS = WorkflowSettings(channel=CHANNEL, approvers=Policy(groups=("S0LEADS",)))


class Boundary:
    def __init__(self, house: House) -> None:
        self._database = house.database
        self._driver = house.driver()

    async def cycles(self, numbers: range, at_once: int) -> float:
        asked = await self._database.write(lambda tx: _ask(tx, numbers, self._database.boot))
        started_s = await self._drive(asked, at_once)
        decided = await self._database.write(lambda tx: _decide(tx, asked, self._database.boot))
        resumed_s = await self._drive(decided, at_once)
        await self._database.read(lambda tx: _check(tx, asked))
        return started_s + resumed_s

    async def _drive(self, claimed: Sequence[Run], at_once: int) -> float:
        return await timed(range(len(claimed)), at_once, lambda place: self._driver.drive(claimed[place]))


@asynccontextmanager
async def boundary(file: Path) -> AsyncIterator[Boundary]:
    database = await Database.open(file, system_clock())
    try:
        yield Boundary(House.of(database, Installed(workflow(bare(BoundarySaver())), SETTINGS)))
    finally:
        await database.close()


def _ask(tx: Transaction, numbers: range, boot: int) -> list[Run]:
    for number in numbers:
        new = NewRun(
            tenant=TENANT,
            id=_id(number),
            workflow="measured",
            version="1",
            input={"payment": f"pi_plain{number:05}", "amount": 2500},
            requester=RILEY,
            channel=CHANNEL,
            origin=CHANNEL,
        )
        runs.insert(tx, new, system_clock())
    return [_claimed(tx, _id(number), boot) for number in numbers]


def _decide(tx: Transaction, asked: Sequence[Run], boot: int) -> list[Run]:
    now = system_clock()
    for run in asked:
        [approval] = approvals.of_run(tx, run.tenant, run.id)
        approvals.decide(tx, approval, ApprovalStatus.APPROVED, MORGAN, "", now)
        runs.wake(tx, run.tenant, run.id, now)
    return [_claimed(tx, run.id, boot) for run in asked]


def _claimed(tx: Transaction, id: str, boot: int) -> Run:
    run = runs.get(tx, TENANT, id)
    if run is None:
        raise LookupError(id)
    runs.claim(tx, run, boot)
    return run


def _check(tx: Transaction, asked: Sequence[Run]) -> None:
    for each in asked:
        run = runs.get(tx, each.tenant, each.id)
        if run is None or run.status != RunStatus.DONE:
            raise ValueError(f"{each.id} did not come to its end: {run}")


def _id(number: int) -> str:
    return identifier("run", TENANT, "measured", f"bench:{number}")
