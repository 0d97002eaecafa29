"""When nobody is left who may approve, people hear of it; and again when somebody can."""

from collections.abc import Sequence
from datetime import datetime

from store import approvals, audit, runs
from store.audit import Event
from store.records import Approval, JsonObject
from store.transaction import Transaction, milliseconds
from workflows import announce
from workflows.approvals.policy import Policy

BATCH = 50

NOBODY = (
    "Not enough people are left who may approve it, so it waits until it expires. Add somebody to the "
    "approvers, or cancel it and ask again once `approvers` is changed."
)
SOMEBODY = "Somebody who may approve it is there again."


def note_who_is_left(
    tx: Transaction, tenant: str, stored: JsonObject, allowed: Sequence[str], now: datetime
) -> None:
    """Marks the questions of a policy, as it is `stored`, that got stuck or unstuck, and says so.

    `allowed` may approve what somebody else asks for.
    """
    quorum = Policy.model_validate(stored).quorum
    # With one more than needed it can't be the requester who is missing.
    if len(allowed) <= quorum:
        for each in approvals.newly_stuck(tx, tenant, stored, allowed, quorum, BATCH):
            _note(tx, each, now, stuck=True)
    for each in approvals.no_longer_stuck(tx, tenant, stored, allowed, quorum, BATCH):
        _note(tx, each, now, stuck=False)


def _note(tx: Transaction, approval: Approval, now: datetime, *, stuck: bool) -> None:
    run = runs.get(tx, approval.tenant, approval.run)
    if run is None:
        return
    approvals.mark_stuck(tx, approval, now if stuck else None)
    action = "nobody_may_approve" if stuck else "somebody_may_approve"
    audit.append(tx, run.tenant, run.id, Event(action, detail={"approval": approval.id}), now)
    what = f"{action}.{approval.id}.{milliseconds(now)}"
    announce.card_changed(tx, run, what, now)
    announce.approvers_changed(tx, run, approval.id, stuck=stuck, now=now)
    announce.direct(tx, run, what, NOBODY if stuck else SOMEBODY, now)
