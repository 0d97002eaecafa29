"""The end of a question, however it came: one compare-and-set, its audit entry, the card, and the run due."""

from datetime import datetime

from store import approvals, audit, runs
from store.audit import Event
from store.records import Approval, ApprovalStatus, Run
from store.transaction import Transaction
from workflows import announce
from workflows.approvals.policy import Said
from workflows.questions.answered import heard


def conclude(
    tx: Transaction,
    run: Run,
    approval: Approval,
    status: ApprovalStatus,
    by: str,
    reason: str,
    now: datetime,
    said: Said | None = None,
    said_id: str | None = None,
) -> None:
    """Raises Stale when the approval was decided meanwhile.

    A run that waits becomes due. One that is running or queued (another of its gates was decided first)
    finds this decision at its next boundary. `said`, `said_id`: of an effect in doubt, what became of it.
    """
    approvals.decide(tx, approval, status, by, reason, now, said, said_id)
    detail: dict[str, object] = {
        "approval": approval.id,
        "digest": approval.digest,
        "reason": reason,
        **said_as(said, said_id),
    }
    audit.append(tx, run.tenant, run.id, Event(status, by, detail), now)
    announce.card_changed(tx, run, approval.id, now)
    words = heard(approval, status, by, reason, said, said_id or "")
    if words:
        announce.reply(tx, run, f"heard.{approval.id}", words, now, mention=by)
    runs.wake(tx, run.tenant, run.id, now)


def said_as(said: str | None, said_id: str | None) -> dict[str, object]:
    """The record's words for an answer to what became of an effect; none for any other decision."""
    return {"said": said, "said_id": said_id} if said else {}
