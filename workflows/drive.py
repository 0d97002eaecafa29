"""One run, driven to its next boundary.

What a drive does first is read from what is stored: no checkpoint, invoke with the input; interrupts pending
and decided, resume them by their ids; a next node without an interrupt, go on; nothing next, it is finished.
The decision is always read from our own rows, never from a checkpoint.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt

from store import approvals, audit
from store.checkpoints import Session, StoredThread, pending_interrupts, stored_thread, using
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction
from workflows import boundary
from workflows.any_graph.advance import advance
from workflows.approvals.last_look import LastLook
from workflows.bells import Bells
from workflows.boundary import Reached
from workflows.clock import Clock
from workflows.context import RunContext
from workflows.cut_short import Attempt, CutShort
from workflows.effects.ledger import Ledger
from workflows.gates import Decision, EffectCall, GateRequest
from workflows.guardrails.steps import StepAllowance
from workflows.meter import StepMeter
from workflows.models.calls import ModelCalls
from workflows.notes import Notes
from workflows.questions import asking, version
from workflows.questions.doubts import Doubts
from workflows.workflow import Installed, Registry

log = structlog.get_logger()

# LangGraph's own limit on supersteps; the step meter stops a run well before it.
RECURSION_LIMIT = 20_000


@dataclass(frozen=True)
class Stored:
    """What a drive starts from. Decisions may come after it was read: its boundary finds those."""

    thread: StoredThread
    approvals: Sequence[Approval]  # what the graph asked
    own: Sequence[Approval]  # what Signoff asked about the run

    @property
    def decided(self) -> Sequence[str]:
        return [each.id for each in (*self.approvals, *self.own) if each.status != ApprovalStatus.PENDING]


class Driver:
    """Drives runs this process has claimed. `boot` is the lease it claimed them with."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        ledger: Ledger,
        doubts: Doubts,
        last_look: LastLook,
        clock: Clock,
        bells: Bells,
    ) -> None:
        self._database = database
        self._registry = registry
        self._ledger = ledger
        self._doubts = doubts
        self._last_look = last_look
        self._clock = clock
        self._bells = bells
        self._cut_short = CutShort(database, clock, bells)

    async def drive(self, run: Run, stored: Stored | None = None) -> None:
        """Ends in exactly one transaction: the boundary, a later attempt, or an ending.

        `stored` as it was read at this epoch of the run, by whoever read the run; else it is read here.
        Raises StoreError when that transaction could not be recorded.
        """
        installed = self._registry.get(run.workflow)
        if installed is None or version.differs(run, installed):
            await self._meet_another_version(run, installed)
            return
        meter = StepMeter(StepAllowance(installed.settings.steps_max, run.steps_used), self._clock)
        if stored is None:
            stored = self._database.look_up(lambda tx: read_stored(tx, run))
        if version.open_questions(stored.own) and not await self._goes_on(run):
            return
        with using(Session(stored.thread)) as session:
            try:
                reached = await self._advance(run, installed, stored.approvals, session, meter)
            except Exception as error:  # noqa: BLE001  whatever a graph raises, the run goes on or ends by name
                attempt = Attempt(run, installed, meter.taken, stored.decided)
                await self._cut_short.end(attempt, error)
            else:
                await self._commit(run, installed, reached)

    async def _advance(
        self, run: Run, installed: Installed, asked: Sequence[Approval], session: Session, meter: StepMeter
    ) -> Reached:
        graph = installed.workflow.graph
        config: RunnableConfig = {
            "configurable": {"thread_id": thread_id(run), "__pregel_strict_resume": True},
            "callbacks": [meter],
            "recursion_limit": RECURSION_LIMIT,
        }
        if installed.workflow.brought:
            return await advance(run, installed, asked, session, meter, config, self._clock)
        used: tuple[str, ...] = ()
        is_asked_again = False
        payload: Any = None
        if not session.is_begun:
            payload = {"input": run.input}
        elif interrupts := pending_interrupts(config):
            answers = _answers(interrupts, asked)
            if not answers:
                return Reached(session, 0)
            used = tuple(decision.approval for decision in answers.values())
            is_asked_again = any(each.status == ApprovalStatus.SUPERSEDED for each in answers.values())
            payload = Command(
                resume={id: decision.model_dump(mode="json") for id, decision in answers.items()}
            )
        elif not (before := await graph.aget_state(config)).next:
            return Reached(session, 0, ending=_ending(before.values))
        calls = ModelCalls(self._database, self._clock, run, installed.settings.cost_max_micro_usd)
        notes = Notes(run, self._database, self._bells)
        context = RunContext(
            run,
            self._clock,
            self._database,
            self._ledger,
            self._doubts,
            self._last_look,
            installed.workflow.no_longer_holding,
            calls,
            notes,
            meter,
        )
        try:
            after = await graph.ainvoke(payload, config, durability="exit", context=context, version="v2")
        except asyncio.CancelledError:
            notes.dropped()
            raise
        except Exception:
            await notes.written()
            raise
        lines = tuple(await notes.taken())
        if not after.interrupts:
            return Reached(session, meter.taken, used=used, ending=_ending(after.value), lines=lines)
        still_asked = {_question(each) for each in asked if each.used_epoch is None and each.id not in used}
        requests = [GateRequest.model_validate(each.value) for each in after.interrupts]
        new = tuple(each for each in requests if (each.gate, each.discriminator) not in still_asked)
        # The world made the run go round again: that has its own limit, and takes no step from the graph's.
        steps = 0 if is_asked_again else meter.taken
        return Reached(session, steps, asked=new, used=used, lines=lines)

    async def _commit(self, run: Run, installed: Installed, reached: Reached) -> None:
        now, boot = self._clock(), self._database.boot
        await self._database.write(
            lambda tx: boundary.commit(tx, run, boot, reached, installed.settings, now)
        )
        self._bells.outbox.ring()
        # It may be due again at once. What came while it was driven rang when it came.
        if reached.goes_on or run.cancelled_by is not None:
            self._bells.runs.ring()

    async def _goes_on(self, run: Run) -> bool:
        now = self._clock()
        goes_on = await self._database.write(lambda tx: version.right_again(tx, run, now))
        self._bells.ring()
        return goes_on

    async def _meet_another_version(self, run: Run, installed: Installed | None) -> None:
        now, boot = self._clock(), self._database.boot
        await self._database.write(lambda tx: version.meet(tx, run, boot, installed, now))
        self._bells.ring()


def thread_id(run: Run) -> str:
    """LangGraph's tables know the tenant by this."""
    return f"{run.tenant}:{run.id}"


def read_stored(tx: Transaction, run: Run) -> Stored:
    asked = approvals.of_run(tx, run.tenant, run.id)
    return Stored(
        stored_thread(tx, thread_id(run)),
        [each for each in asked if not asking.is_own(each)],
        [each for each in asked if asking.is_own(each)],
    )


def _answers(interrupts: Sequence[Interrupt], asked: Sequence[Approval]) -> dict[str, Decision]:
    """The decisions to resume with, by interrupt id. Ids are looked up only here: a re-drive changes them."""
    decided = {
        _question(each): each
        for each in asked
        if each.status != ApprovalStatus.PENDING and each.used_epoch is None
    }
    answers = {}
    for each in interrupts:
        request = GateRequest.model_validate(each.value)
        approval = decided.get((request.gate, request.discriminator))
        if approval is not None:
            answers[each.id] = Decision(
                approval=approval.id,
                epoch=approval.epoch,
                status=approval.status,
                digest=approval.digest,
                by=approval.decided_by or audit.SIGNOFF,
                reason=approval.reason or "",
                effects=tuple(EffectCall.model_validate(each) for each in approval.effects),
            )
    return answers


def _question(approval: Approval) -> tuple[str, str]:
    return approval.gate, approval.discriminator


def _ending(values: Mapping[str, Any]) -> Ending:
    ending = values.get("ending")
    if ending is None:
        return Ending(RunStatus.DONE, "done", "Done.")
    return Ending(RunStatus(ending["status"]), str(ending["outcome"]), str(ending["text"]))
