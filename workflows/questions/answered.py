"""What the thread says of an answer to one of Signoff's own questions: the card goes back to the graph's."""

from store.audit import SIGNOFF
from store.records import Approval, ApprovalStatus
from workflows.approvals.policy import Said
from workflows.gates import Asks, asks_of


def heard(
    approval: Approval, status: ApprovalStatus, by: str, reason: str, said: Said | None, id: str
) -> str:
    """Plain, to follow the name of whoever answered. Empty where there is nothing to say: the graph's own
    questions, and what no person answered."""
    asks = asks_of(approval.request)
    if by == SIGNOFF or asks == Asks.APPROVAL:
        return ""
    if said == Said.HAPPENED:
        return f"noted: it happened, as {id}. That is looked up before it counts."
    if said == Said.DID_NOT_HAPPEN:
        return "noted: it did not happen. It is read once more, and then done."
    if asks == Asks.VERSION and status == ApprovalStatus.APPROVED:
        return "noted: it goes on with the workflow as it is now."
    if status != ApprovalStatus.REJECTED:
        return ""
    return f"noted: {'left as it is' if asks == Asks.OUTCOME else 'stopped'}. {reason}"
