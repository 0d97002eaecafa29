"""When nobody answers: the question expires, which is a decision too, and both sides are told."""

from datetime import datetime

from store import approvals, runs
from store.audit import SIGNOFF
from store.records import ApprovalStatus
from store.transaction import Transaction
from workflows.approvals.conclude import conclude

BATCH = 100


def expire_due(tx: Transaction, tenant: str, now: datetime) -> int:
    """Expires what is over; returns how many. The graph hears of it and says so when it ends."""
    over = approvals.expired(tx, tenant, now, BATCH)
    for approval in over:
        run = runs.get(tx, tenant, approval.run)
        if run is not None:
            conclude(tx, run, approval, ApprovalStatus.EXPIRED, SIGNOFF, "", now)
    return len(over)
