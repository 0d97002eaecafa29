"""An approval that no longer holds: taken out of force before anything is begun, and asked again.

Plain functions of a transaction. The graph hears of it as of any decision (its status is `superseded`), goes
back to where it reads what it asks on, and asks anew; the new card shows what has changed.
"""

from collections.abc import Sequence
from datetime import datetime

from store import approvals, audit
from store.audit import SIGNOFF, Event
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows import announce
from workflows.errors import NoLongerHolds

ASKED_AGAIN_MAX = 3


def supersede(tx: Transaction, run: Run, no_longer: NoLongerHolds, now: datetime) -> Ending | None:
    """`approved → superseded`; the ending when it can't be asked again, or not once more.

    Stale, and nothing recorded, when the approval is not in force any more, or an effect rests on it.
    """
    changed = "; ".join(no_longer.changed)
    approvals.supersede(tx, run.tenant, no_longer.approval, changed)
    detail: dict[str, object] = {"approval": no_longer.approval, "reason": changed}
    audit.append(tx, run.tenant, run.id, Event(ApprovalStatus.SUPERSEDED, SIGNOFF, detail), now)
    of_run = approvals.of_run(tx, run.tenant, run.id)
    [this] = [each for each in of_run if each.id == no_longer.approval]
    if this.used_epoch is not None:
        # The graph has gone on from its gate to a boundary, so there is no way back to ask from.
        text = f"This has changed since it was approved, so nothing was done: {changed}. Ask again if needed."
        return Ending(RunStatus.HALTED, "changed_since_approval", text)
    if _times_superseded(of_run, this) > ASKED_AGAIN_MAX:
        text = (
            f"It was approved {ASKED_AGAIN_MAX + 1} times, and each time something had changed before it "
            f"could be done, at last this: {changed}. Nothing was done. Ask again once it has settled."
        )
        return Ending(RunStatus.HALTED, "changed_too_often", text)
    text = f"Not done, because this has changed since it was approved: {changed}. Looking into it again."
    announce.reply(tx, run, f"superseded.{no_longer.approval}", text, now)
    announce.card_changed(tx, run, f"superseded.{no_longer.approval}", now)
    return None


def was_approved(approval: Approval) -> bool:
    """Whether a superseded approval had been given: then `decided_by` and `decided_at` still tell by whom."""
    return approval.status == ApprovalStatus.SUPERSEDED and approval.decided_by not in (None, SIGNOFF)


def _times_superseded(of_run: Sequence[Approval], this: Approval) -> int:
    same = [each for each in of_run if (each.gate, each.discriminator) == (this.gate, this.discriminator)]
    return sum(was_approved(each) for each in same)
