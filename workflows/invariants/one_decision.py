"""One decision: a decided approval has exactly one decision in the record, the one its row tells of, and a
pending one has none. An approval that was given, and did not hold until it was acted on, has both."""

from collections.abc import Iterator

from store.audit import SIGNOFF
from store.records import Approval, ApprovalStatus
from workflows.approvals.supersede import was_approved
from workflows.invariants.case import Broken, Case

RULE = "one_decision"

DECISIONS = frozenset(status for status in ApprovalStatus if status != ApprovalStatus.PENDING)


def broken(case: Case) -> Iterator[Broken]:
    for approval in case.approvals:
        recorded = [
            (entry.action, entry.actor)
            for entry in case.audit
            if entry.action in DECISIONS and entry.detail.get("approval") == approval.id
        ]
        is_decided = approval.status != ApprovalStatus.PENDING
        wanted = _decisions(approval) if is_decided else []
        if recorded != wanted:
            said = ", ".join(f"{action} by {actor}" for action, actor in recorded) or "no decision"
            by = f" by {approval.decided_by}" if is_decided else ""
            text = f"approval {approval.id} is {approval.status}{by}, and the record holds {said}"
            yield Broken(RULE, case.run.id, text)


def _decisions(approval: Approval) -> list[tuple[str, str | None]]:
    if was_approved(approval):
        given = (ApprovalStatus.APPROVED.value, approval.decided_by)
        return [given, (ApprovalStatus.SUPERSEDED.value, SIGNOFF)]
    return [(approval.status.value, approval.decided_by)]
