"""The end of a question, however it came: one compare-and-set, its audit entry, the card, and the run due."""

from datetime import datetime

from store import approvals, audit, runs
from store.audit import Event
from store.records import Approval, ApprovalStatus, Run
from store.transaction import Transaction
from workflows import announce


def conclude(
    tx: Transaction,
    run: Run,
    approval: Approval,
    status: ApprovalStatus,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Raises Stale when the approval was decided meanwhile.

    A run that waits becomes due. One that is running or queued (another of its gates was decided first)
    finds this decision at its next boundary.
    """
    approvals.decide(tx, approval, status, by, reason, now)
    detail: dict[str, object] = {"approval": approval.id, "digest": approval.digest, "reason": reason}
    audit.append(tx, run.tenant, run.id, Event(status, by, detail), now)
    announce.card_changed(tx, run, approval.id, now)
    runs.wake(tx, run.tenant, run.id, now)
