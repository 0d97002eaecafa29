"""One run, driven to its next boundary.

What a drive does first is read from what is stored: no checkpoint, invoke with the input; interrupts pending
and decided, resume them by their ids; a next node without an interrupt, go on; nothing next, it is finished.
The decision is always read from our own rows, never from a checkpoint.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt

from store import approvals, audit, runs
from store.checkpoints import Session, StoredThread, pending_interrupts, stored_thread, using
from store.effects import key_of
from store.errors import Stale, StoreError
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction, milliseconds
from workflows import announce, boundary
from workflows.any_graph.advance import advance
from workflows.approvals.last_look import LastLook
from workflows.approvals.supersede import supersede
from workflows.bells import Bells
from workflows.boundary import Reached
from workflows.clock import Clock
from workflows.context import RunContext
from workflows.effects.ledger import Ledger, mark_of
from workflows.errors import (
    LedgerMismatch,
    LimitReached,
    NoLongerHolds,
    OutcomeUnknown,
    Postponed,
    Refused,
    RepeatedEffect,
    Unanswered,
)
from workflows.gates import Decision, EffectCall, GateRequest
from workflows.giving_up import give_up, leave_in_doubt, under_way
from workflows.guardrails.steps import StepAllowance
from workflows.meter import StepMeter
from workflows.models.calls import ModelCalls
from workflows.notes import Notes
from workflows.pauses import no_sooner, pause_after
from workflows.questions import asking, outcome, version
from workflows.questions.doubts import Doubts
from workflows.workflow import Installed, Registry

log = structlog.get_logger()

RETRY_FIRST, RETRY_FACTOR, RETRY_MAX = timedelta(seconds=2), 4, timedelta(minutes=10)
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
            stored = await self._database.read(lambda tx: read_stored(tx, run))
        if version.open_questions(stored.own) and not await self._goes_on(run):
            return
        with using(Session(stored.thread)) as session:
            try:
                reached = await self._advance(run, installed, stored.approvals, session, meter)
            except (LimitReached, LedgerMismatch, RepeatedEffect) as stopped:
                await self._give_up(
                    run, meter.taken, Ending(RunStatus.HALTED, stopped.outcome, _sentence(stopped))
                )
            except Postponed as postponed:
                await self._postpone(run, postponed)
            except NoLongerHolds as no_longer:
                await self._ask_again(run, meter.taken, no_longer)
            except OutcomeUnknown as unknown:
                await self._ask_what_became(run, installed, meter.taken, stored, unknown)
            except Refused as refused:
                await self._give_up(run, meter.taken, _refusal(refused))
            except Stale as stale:
                # Where this drive holds the run no more, the next write says so, and nothing is recorded.
                await self._try_again(run, installed, meter.taken, stored, stale)
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001  whatever a graph raises, the run goes on or ends by name
                await self._try_again(run, installed, meter.taken, stored, error)
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
        # Nothing else became due by it, and the run itself is looked at when its drive has ended.
        self._bells.outbox.ring()

    async def _try_again(
        self, run: Run, installed: Installed, steps: int, stored: Stored, error: Exception
    ) -> None:
        log.warning("drive_failed", run=run.id, tenant=run.tenant, attempt=run.attempts + 1, exc_info=error)
        if run.attempts + 1 >= installed.settings.attempts_max:
            await self._ask_or_give_up(run, installed, steps, stored, error)
            return
        wait = pause_after(run.attempts, RETRY_FIRST, RETRY_FACTOR, RETRY_MAX, run.id)
        asked = error.asked_pause if isinstance(error, Unanswered) else None
        due_at = self._clock() + no_sooner(wait, asked, run.id)
        await self._database.write(lambda tx: runs.try_again(tx, run, self._database.boot, steps, due_at))

    async def _ask_or_give_up(
        self, run: Run, installed: Installed, steps: int, stored: Stored, error: Exception
    ) -> None:
        """With an effect under way people are asked what became of it, and the run goes on from there."""
        now = self._clock()

        def work(tx: Transaction) -> None:
            begun = under_way(tx, run)
            if not begun:
                give_up(tx, run, steps, _failure(error), now)
                return
            unknown = [OutcomeUnknown(key_of(each), leave_in_doubt(tx, each, now)) for each in begun]
            self._ask(tx, run, installed, steps, stored, unknown[0], now)

        await self._database.write(work)
        self._bells.ring()

    async def _ask_what_became(
        self, run: Run, installed: Installed, steps: int, stored: Stored, unknown: OutcomeUnknown
    ) -> None:
        now = self._clock()
        await self._database.write(lambda tx: self._ask(tx, run, installed, steps, stored, unknown, now))
        self._bells.ring()

    def _ask(
        self,
        tx: Transaction,
        run: Run,
        installed: Installed,
        steps: int,
        stored: Stored,
        unknown: OutcomeUnknown,
        now: datetime,
    ) -> None:
        ending = outcome.ask(tx, run, unknown, installed.settings.terms, now)
        if ending is None:
            what = f"outcome.{run.epoch}.{mark_of(unknown.effect)[:16]}.{milliseconds(now)}"
            asking.wait(tx, run, self._database.boot, stored.decided, what, now)
        else:
            give_up(tx, run, steps, ending, now)

    async def _goes_on(self, run: Run) -> bool:
        now = self._clock()
        goes_on = await self._database.write(lambda tx: version.right_again(tx, run, now))
        self._bells.ring()
        return goes_on

    async def _meet_another_version(self, run: Run, installed: Installed | None) -> None:
        now, boot = self._clock(), self._database.boot
        await self._database.write(lambda tx: version.meet(tx, run, boot, installed, now))
        self._bells.ring()

    async def _postpone(self, run: Run, postponed: Postponed) -> None:
        now = self._clock()
        due_at = now + min(postponed.wait, runs.PUT_OFF_MAX)

        def work(tx: Transaction) -> None:
            runs.postpone(tx, run, self._database.boot, due_at)
            # Said once in a thread, however often the outside world has to be asked again.
            announce.reply(tx, run, f"postponed.{run.epoch}.{postponed.kind}", str(postponed), now)

        await self._database.write(work)
        self._bells.ring()

    async def _ask_again(self, run: Run, steps: int, no_longer: NoLongerHolds) -> None:
        """Unless another branch of the graph has begun an effect under the same approval meanwhile: from then
        on it counts as a whole, and the run goes round again with it."""
        now = self._clock()

        def work(tx: Transaction) -> None:
            ending = supersede(tx, run, no_longer, now)
            if ending is None:
                runs.postpone(tx, run, self._database.boot, now)
            else:
                give_up(tx, run, steps, ending, now)

        try:
            await self._database.write(work)
        except Stale:
            await self._database.write(lambda tx: runs.postpone(tx, run, self._database.boot, now))
        self._bells.ring()

    async def _give_up(self, run: Run, steps: int, ending: Ending) -> None:
        now = self._clock()
        await self._database.write(lambda tx: give_up(tx, run, steps, ending, now))
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


def _refusal(refused: Refused) -> Ending:
    text = f"{refused.system.capitalize()} refused to answer: {refused.text}"
    return Ending(RunStatus.FAILED, f"{refused.system}_{refused.code}", text)


def _failure(error: Exception) -> Ending:
    if isinstance(error, Unanswered):
        text = (
            f"{error.system.capitalize()} could not be reached, so nothing was done. Please ask again later."
        )
        return Ending(RunStatus.FAILED, f"{error.system}_unreachable", text)
    text = (
        "Something went wrong inside the workflow, and trying again did not help. Nothing more will be done."
    )
    return Ending(RunStatus.FAILED, "error", text)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[0].upper()}{text[1:]}."
