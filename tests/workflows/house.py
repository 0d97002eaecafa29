"""Everything but Slack, wired as `bot/bootstrap.py` does it, and driven a step at a time."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from store import approvals, audit, effects, outbox, runs
from store.records import Approval, ApprovalStatus, AuditEntry, Effect, Outgoing, Run
from store.seals import SealKey
from store.sqlite import Database, open_for_reading
from store.transaction import Transaction
from tests.workflows.notebook import Notebook
from workflows.approvals.decide import Answer, Approvals, Ballot, Choice
from workflows.approvals.last_look import LastLook
from workflows.approvals.policy import Policy, VoterFacts
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.looks import POLLING_ONLY
from workflows.effects.system import SystemOfRecord
from workflows.engine.embedded import EmbeddedEngine
from workflows.engine.lookout import Lookout
from workflows.invariants import broken_rules
from workflows.questions.doubts import Doubts
from workflows.runs import CancelAnswer, Request, Runs, Started
from workflows.sealing import Sealer
from workflows.workflow import Installed, Registry, Workflow, WorkflowSettings

TENANT, CHANNEL = "T0SANDBOX", "C0REFUNDS"
RILEY, MORGAN, SAM = "U0RILEY", "U0MORGAN", "U0SAM"
DEADLINE_S = 60.0
DRIVES_MAX = 100


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@dataclass
class People:
    """Implements `workflows.approvals.directory.Directory`: everyone but Riley, and those who
    are `gone`, leads, on facts just read."""

    time: Clock
    age: timedelta = timedelta(0)
    gone: set[str] = field(default_factory=set)

    def facts(self, user: str, policy: Policy) -> VoterFacts:
        return VoterFacts(
            user=user,
            active=True,
            full_member=True,
            of_workspace=True,
            groups=() if user == RILEY or user in self.gone else policy.groups,
            read_at=self.time() - self.age,
        )

    async def freshen(self) -> None:
        """As fresh as they get."""


class Word(BaseModel):
    """The input of the small workflows."""

    word: str


KEY = SealKey("a key that nobody can guess, of enough characters")
SETTINGS = WorkflowSettings(channel=CHANNEL, approvers=Policy(groups=("S0LEADS",)))


class House:
    """`open` it, and `restart` it like a bot whose process died. `notebook` is its system of record."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "signoff.db"
        self.time = Time()
        self.people = People(self.time)
        self.notebook = Notebook(folder / "notebook.json")
        self.others: list[SystemOfRecord] = []
        self.installed: dict[str, Installed] = {}

    async def open(self) -> None:
        self.database = await Database.open(self.file, self.time())
        self.bells = bells = Bells()
        systems = {each.name: each for each in (self.notebook, *self.others)}
        self.ledger = Ledger(self.database, systems, self.time, self.database.boot)
        self.lookout = Lookout(self.database, systems, TENANT, POLLING_ONLY, self.time, bells)
        last_look = LastLook(self.database, self.people, self.time)
        registry = Registry(list(self.installed.values()))
        doubts = Doubts(self.database, systems, last_look, self.time, self.database.boot)
        self.driver = Driver(self.database, registry, self.ledger, doubts, last_look, self.time, bells)
        self.runs = Runs(self.database, self.time, bells)
        self.approvals = Approvals(self.database, self.people, self.time, bells)
        self._engine = EmbeddedEngine(self.database, self.driver, TENANT, self.time, bells)

    async def close(self) -> None:
        await self.database.close()

    async def restart(self) -> None:
        """What was being driven is cut off, and taken back as a new process does it."""
        await self.close()
        await self.open()
        await self._engine.start()
        await self._engine.stop()

    async def install(self, workflow: Workflow, settings: WorkflowSettings = SETTINGS) -> None:
        self.installed[workflow.name] = Installed(workflow, settings)
        await self.close()
        await self.open()

    async def start(self, workflow: str, delivery: str = "d1", input: BaseModel | None = None) -> str:
        request = Request(TENANT, delivery, RILEY, CHANNEL, input or Word(word="hello"))
        started = await self.runs.start(request, self.installed[workflow], DEADLINE_S)
        assert isinstance(started, Started)
        return started.run

    async def claim(self, run: str) -> Run:
        """Takes a due run as the engine does, and returns what the engine hands to the driver."""
        due = await self.run(run)
        await self.database.write(lambda tx: runs.claim(tx, due, self.database.boot))
        return due

    async def drive(self) -> None:
        """Drives whatever is due now, one drive after another, until nothing is."""
        for _ in range(DRIVES_MAX):
            due = await self.database.read(lambda tx: runs.due(tx, TENANT, self.time(), 1))
            if not due:
                return
            await self.driver.drive(await self.claim(due[0].id))
        raise AssertionError(f"something is still due after {DRIVES_MAX} drives")

    async def asked(self, workflow: str, delivery: str = "d1") -> str:
        """A run that waits for a person."""
        run = await self.start(workflow, delivery)
        await self.drive()
        return run

    async def pending(self, run: str) -> Approval:
        [approval] = [each for each in await self.approvals_of(run) if each.status == ApprovalStatus.PENDING]
        return approval

    async def vote(self, approval: Approval, choice: Choice = Choice.APPROVE, by: str = MORGAN) -> Answer:
        delivery = f"{by} {choice} {approval.id} {self.time()}"
        ballot = Ballot(TENANT, delivery, approval.id, approval.digest, by, choice, "because")
        return await self.approvals.decide(ballot, DEADLINE_S)

    async def approve(self, run: str) -> Answer:
        return await self.vote(await self.pending(run))

    async def cancel(self, run: str, by: str = RILEY) -> CancelAnswer:
        return await self.runs.cancel(TENANT, run, by, DEADLINE_S)

    async def run(self, id: str) -> Run:
        found = await self.database.read(lambda tx: runs.get(tx, TENANT, id))
        assert found is not None
        return found

    async def approvals_of(self, run: str) -> Sequence[Approval]:
        return await self.database.read(lambda tx: approvals.of_run(tx, TENANT, run))

    async def effects_of(self, run: str) -> Sequence[Effect]:
        return await self.database.read(lambda tx: effects.of_run(tx, TENANT, run))

    async def outbox_of(self, run: str) -> Sequence[Outgoing]:
        return await self.database.read(lambda tx: outbox.of_run(tx, TENANT, run))

    async def audit_of(self, run: str) -> Sequence[AuditEntry]:
        return await self.database.read(lambda tx: audit.of_run(tx, TENANT, run))

    async def seal(self) -> None:
        assert await Sealer(self.database, TENANT, KEY, self.time).seal()

    def broken(self) -> list[str]:
        """What `signoff verify` would print."""
        with closing(open_for_reading(self.file)) as connection:
            return [f"{each.rule}: {each.text}" for each in broken_rules(Transaction(connection), [KEY])]
