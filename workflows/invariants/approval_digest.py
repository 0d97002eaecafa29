"""You approve what you saw: the digest an approval binds is that of its effects, and these are the ones that
were shown; or, of a graph's own question, that of all it showed."""

from collections.abc import Iterator

from pydantic import ValidationError

from store.records import Approval
from workflows.gates import GateRequest
from workflows.invariants.case import Broken, Case

RULE = "approval_digest"


def broken(case: Case) -> Iterator[Broken]:
    for approval in case.approvals:
        wrong = _wrong_with(approval)
        if wrong is not None:
            yield Broken(RULE, case.run.id, f"approval {approval.id} {wrong}")


def _wrong_with(approval: Approval) -> str | None:
    try:
        shown = GateRequest.model_validate(approval.request)
    except ValidationError:
        return "holds a request that can't be read"
    if [effect.model_dump(mode="json") for effect in shown.effects] != approval.effects:
        return "lists other effects than were shown"
    if shown.digest != approval.digest:
        return "has a digest that is not of its effects" if shown.effects else "asks other than was shown"
    return None
