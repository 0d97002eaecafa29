"""The boundary: where a drive ends, and all it did becomes one transaction.

Checkpoint, run, approvals, audit and outbox are committed together, by a compare-and-set on the run's epoch
under its lease. Before it nothing of the drive exists but its steps; after it the run is rows, and no task,
thread, connection or memory is left of it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from store import approvals, audit, runs
from store.audit import Event
from store.checkpoints import Session
from store.records import ApprovalStatus, Run, RunStatus
from store.runs import Ending
from store.steps import NewStep
from store.transaction import Transaction
from workflows import announce, history
from workflows.approvals.conclude import conclude
from workflows.gates import GateRequest
from workflows.questions import asking
from workflows.withdrawal import Why, withdrawn
from workflows.workflow import WorkflowSettings


@dataclass(frozen=True)
class Reached:
    """Where a drive came to: questions newly asked, or an ending; and the approvals whose answers it used.

    `lines` of its history that are not written yet. For graphs that commit at every step also: the approvals
    whose questions the graph no longer asks, and whether it `goes_on` with its next step.
    """

    session: Session
    steps: int
    asked: tuple[GateRequest, ...] = ()
    used: tuple[str, ...] = field(default=())
    ending: Ending | None = None
    lines: tuple[NewStep, ...] = ()
    replaced: tuple[str, ...] = ()
    goes_on: bool = False


def commit(
    tx: Transaction, run: Run, boot: int, reached: Reached, settings: WorkflowSettings, now: datetime
) -> None:
    """Raises Stale, and records nothing, when this drive no longer holds the run."""
    reached.session.commit_into(tx)
    for line in reached.lines:
        history.record(tx, run, line, line.ended_at)
    for approval in reached.used:
        approvals.mark_used(tx, run.tenant, approval, run.epoch)
    for approval in reached.replaced:
        _replace(tx, run, approval, now)
    if reached.ending is not None:
        ending = _as_withdrawn(tx, run, reached.ending)
        supersede_pending(tx, run, ending.outcome, now)
        runs.to_ended(tx, run, boot, reached.steps, ending, now)
        tell_ended(tx, run, ending, now)
        return
    if reached.goes_on:
        runs.to_queued(tx, run, boot, reached.steps, now)
        return
    for request in reached.asked:
        asking.put(tx, run, request, settings.terms, now)
    if _goes_on_at_once(tx, run, now):
        runs.to_queued(tx, run, boot, reached.steps, now)
    else:
        runs.to_waiting(tx, run, boot, reached.steps)
    announce.card_changed(tx, run, f"boundary.{run.epoch}", now)


def tell_ended(tx: Transaction, run: Run, ending: Ending, now: datetime) -> None:
    """Audit, card, thread, and the requester where they asked, unless all is well."""
    detail: dict[str, object] = {"status": ending.status, "outcome": ending.outcome, "text": ending.text}
    audit.append(tx, run.tenant, run.id, Event("ended", detail=detail), now)
    announce.card_changed(tx, run, "ended", now)
    if ending.outcome in set(Why):
        _tell_withdrawn(tx, run, Why(ending.outcome), ending.text, now)
        return
    announce.reply(tx, run, "ended", ending.text, now, mention=run.requester)
    if ending.status != RunStatus.DONE:
        announce.whisper(tx, run, "ended", ending.text, now)


def _tell_withdrawn(tx: Transaction, run: Run, why: Why, text: str, now: datetime) -> None:
    """Nobody calls somebody who is gone. Everybody else is told where it stays, since they weren't asked."""
    mention = None if why.loses_the_requester else run.requester
    announce.reply(tx, run, "ended", text, now, mention=mention)
    if not why.loses_the_requester:
        announce.direct(tx, run, "ended", text, now)


def _as_withdrawn(tx: Transaction, run: Run, ending: Ending) -> Ending:
    """A graph that ends because Signoff cancelled it ends by Signoff's reason, whatever it makes of it."""
    if ending.status != RunStatus.CANCELLED:
        return ending
    current = runs.get(tx, run.tenant, run.id)
    withdrawal = withdrawn(current) if current else None
    return withdrawal.ending if withdrawal else ending


def supersede_pending(tx: Transaction, run: Run, reason: str, now: datetime) -> None:
    """What nobody has decided yet is asked no more."""
    for approval in approvals.pending_of_run(tx, run.tenant, run.id):
        asking.take_back(tx, run, approval, reason, now)


def _replace(tx: Transaction, run: Run, id: str, now: datetime) -> None:
    """The graph no longer asks this. An answer that came meanwhile was to another question: it is used up."""
    approval = approvals.get(tx, run.tenant, id)
    if approval is not None and approval.status == ApprovalStatus.PENDING:
        asking.take_back(tx, run, approval, "the question has changed", now)
    approvals.mark_used(tx, run.tenant, id, run.epoch)


def _goes_on_at_once(tx: Transaction, run: Run, now: datetime) -> bool:
    """A cancel that came while the run was driven takes hold here, and so does any decision not yet used."""
    # What Signoff asked itself is for no gate: a graph that came here has no use for the answer.
    arrived = runs.arrived(tx, run, asking.OWN_GATES)
    if arrived.cancelled_by is None:
        return arrived.decision
    pending = approvals.pending_of_run(tx, run.tenant, run.id)
    for approval in pending:
        reason = arrived.withdrawn_text or ""
        conclude(tx, run, approval, ApprovalStatus.CANCELLED, arrived.cancelled_by, reason, now)
    return arrived.decision or any(not asking.is_own(approval) for approval in pending)
