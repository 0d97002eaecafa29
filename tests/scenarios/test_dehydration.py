"""Waiting costs nothing: a thousand runs that wait hold no task, thread, connection or object.

The use cases, the engine, the refund graph and stripe-python are the real ones, against the sandbox's Stripe.
The publisher is off: a thousand cards are Slack's business, and not what this is about.
"""

import asyncio
import gc
import os
import stat
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import stripe

from store.checkpoints import Session
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.sqlite import Database
from tests.harness import Deliver, Sandbox
from tests.workflows.house import MORGAN, RILEY, People
from workflows.approvals.decide import AnswerKind, Approvals, Ballot, Choice
from workflows.approvals.last_look import LastLook
from workflows.approvals.policy import Policy
from workflows.bells import Bells
from workflows.boundary import Reached
from workflows.clock import system_clock
from workflows.context import RunContext
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_payments import StripePayments
from workflows.effects.stripe_refund import StripeRefunds
from workflows.engine.embedded import AT_ONCE_MAX, EmbeddedEngine
from workflows.gates import GateRequest
from workflows.graphs.refund_input import RefundInput
from workflows.graphs.registry import load
from workflows.meter import StepMeter
from workflows.questions.doubts import Doubts
from workflows.runs import Request, Runs, Started
from workflows.workflow import Installed, WorkflowSettings

TENANT, CHANNEL, WORKFLOW = "T0SANDBOX", "C0REFUNDS", "refund"
WARMING, RUNS = 2 * AT_ONCE_MAX, 1_000
WITHIN_S = 600.0
DEADLINE_S = 120.0
# A payment without a customer: the fewest reads of Stripe a run can do with.
PAYMENT = "pi_noname"
# asyncio keeps a cancelled timer, and whatever its context holds, until it would have rung.
STRIPE_TIMEOUT_S = 5
AT_REST_WITHIN_S = 12.0 * STRIPE_TIMEOUT_S

# httpx keeps this many idle connections, however many calls there were.
IDLE_CONNECTIONS_MAX = 20
# On some Pythons the engine waits for its bell in a task of its own, or just doesn't.
BELL = "Event.wait"
# What a run is made of while it is driven.
OF_A_RUN = (Run, Approval, GateRequest, Session, Reached, RunContext, StepMeter)


@dataclass(frozen=True)
class Held:
    """What this process holds: tasks by what they run, threads by name, files, sockets, objects of runs."""

    tasks: Counter[str]
    threads: Counter[str]
    files: int
    sockets: int
    of_runs: Counter[str]

    @classmethod
    def now(cls, strangers: Sequence[object]) -> "Held":
        """Without `strangers`, which tests before this one left in the process."""
        gc.collect()
        known = {id(each) for each in strangers}
        tasks = Counter(str(getattr(task.get_coro(), "__qualname__", task)) for task in asyncio.all_tasks())
        del tasks[BELL]
        kinds = Counter(_is_socket(name) for name in sorted(Path("/dev/fd").iterdir()))
        return cls(
            tasks=tasks,
            threads=Counter(thread.name for thread in threading.enumerate()),
            files=kinds[False],
            sockets=kinds[True],
            of_runs=Counter(type(each).__name__ for each in objects_of_runs() if id(each) not in known),
        )

    @classmethod
    async def at_rest(cls, strangers: Sequence[object]) -> "Held":
        """When the last drive has ended, and the loop has forgotten its timers."""
        end = time.monotonic() + AT_REST_WITHIN_S
        while (held := cls.now(strangers)).of_runs and time.monotonic() < end:
            await asyncio.sleep(0.2)
        return held


def objects_of_runs() -> Sequence[object]:
    return [each for each in gc.get_objects() if isinstance(each, OF_A_RUN)]


@dataclass
class Engine:
    """A bot without Slack."""

    database: Database
    installed: Installed
    runs: Runs
    approvals: Approvals

    async def start_runs(self, first: int, count: int) -> None:
        async def start(number: int) -> None:
            asked = RefundInput(payment=PAYMENT, amount="25.00", reason="charged twice")
            request = Request(TENANT, f"delivery {number}", RILEY, CHANNEL, asked)
            assert isinstance(await self.runs.start(request, self.installed, DEADLINE_S), Started)

        await asyncio.gather(*(start(number) for number in range(first, first + count)))

    async def until_count(self, status: RunStatus, count: int) -> None:
        async with asyncio.timeout(WITHIN_S):
            while await self.count(status) != count:
                await asyncio.sleep(0.1)

    async def count(self, status: RunStatus) -> int:
        sql = "SELECT count(*) AS count FROM runs WHERE status = :status"
        row = await self.database.read(lambda tx: tx.one(sql, status=status))
        return int(str(row["count"])) if row else 0


@asynccontextmanager
async def running_engine(file: Path, stripe_url: str) -> AsyncIterator[Engine]:
    transport = stripe.HTTPXClient(timeout=STRIPE_TIMEOUT_S)
    client = stripe.StripeClient(
        "sk_test_sandbox",
        base_addresses={"api": stripe_url},
        max_network_retries=0,
        http_client=transport,
    )
    settings = WorkflowSettings(
        channel=CHANNEL, approvers=Policy(groups=("S0LEADS",)), open_runs_per_requester_max=10_000
    )
    registry = load({WORKFLOW: settings}, StripePayments(client))
    installed = registry.get(WORKFLOW)
    assert installed is not None
    bells = Bells()
    database = await Database.open(file, system_clock())
    refunds = StripeRefunds(client)
    ledger = Ledger(database, {refunds.name: refunds}, system_clock, database.boot)
    people = People(system_clock, timedelta(0))
    last_look = LastLook(database, people, system_clock)
    doubts = Doubts(database, {refunds.name: refunds}, last_look, system_clock, database.boot)
    driver = Driver(database, registry, ledger, doubts, last_look, system_clock, bells)
    engine = EmbeddedEngine(database, driver, TENANT, system_clock, bells)
    await engine.start()
    try:
        yield Engine(
            database,
            installed,
            Runs(database, system_clock, bells),
            Approvals(database, people, system_clock, bells),
        )
    finally:
        await engine.stop()
        await database.close()
        await transport.close_async()  # type: ignore[no-untyped-call]  # untyped in stripe-python


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """The engine stands alone here, with nobody's Slack."""
    return "socket"


async def test_a_thousand_waiting_runs_hold_nothing_and_one_of_them_goes_on(
    own_sandbox: Sandbox, tmp_path: Path
) -> None:
    own_sandbox.kill()  # only its Stripe is wanted
    strangers = objects_of_runs()
    async with running_engine(tmp_path / "waiting.db", f"{own_sandbox.url}/stripe") as engine:
        await engine.start_runs(0, WARMING)
        await engine.until_count(RunStatus.WAITING, WARMING)
        await all_threads_of_the_pool()
        before = await Held.at_rest(strangers)
        objects_before = len(gc.get_objects())

        await engine.start_runs(WARMING, RUNS)
        await engine.until_count(RunStatus.WAITING, WARMING + RUNS)
        after = await Held.at_rest(strangers)
        objects_after = len(gc.get_objects())

        assert before.of_runs == after.of_runs == Counter()
        assert after.tasks == before.tasks
        assert after.threads == before.threads
        assert after.files == before.files
        assert after.sockets <= before.sockets + IDLE_CONNECTIONS_MAX
        assert objects_after - objects_before < RUNS, "not even one small object a run"

        await one_goes_on(engine, own_sandbox)


async def all_threads_of_the_pool() -> None:
    """asyncio's pool starts a thread whenever none is idle, up to a few: all of them, before counting."""
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.1) for _ in range(64)))


async def one_goes_on(engine: Engine, sandbox: Sandbox) -> None:
    sql = "SELECT id, digest FROM approvals WHERE status = :status ORDER BY id LIMIT 1"
    asked = await engine.database.read(lambda tx: tx.one(sql, status=ApprovalStatus.PENDING))
    assert asked is not None
    ballot = Ballot(TENANT, "click 1", str(asked["id"]), str(asked["digest"]), MORGAN, Choice.APPROVE)
    assert (await engine.approvals.decide(ballot, DEADLINE_S)).kind == AnswerKind.RECORDED
    await engine.until_count(RunStatus.DONE, 1)
    assert await engine.count(RunStatus.WAITING) == WARMING + RUNS - 1
    [refund] = [each for each in sandbox.stripe()["refunds"] if "signoff_effect" in each["metadata"]]
    assert refund["amount"] == 2500


def _is_socket(descriptor: Path) -> bool | None:
    """None for one that is gone by now, such as that of the listing itself."""
    try:
        return stat.S_ISSOCK(os.fstat(int(descriptor.name)).st_mode)
    except OSError:
        return None
