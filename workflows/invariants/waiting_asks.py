"""A waiting run waits for somebody, and an ended one for nobody: no question is left open, and no effect is
left merely intended."""

from collections.abc import Iterator

from store.records import ApprovalStatus, EffectState, RunStatus
from workflows.invariants.case import Broken, Case

RULE = "waiting_asks"


def broken(case: Case) -> Iterator[Broken]:
    pending = [approval.id for approval in case.approvals if approval.status == ApprovalStatus.PENDING]
    if case.run.status == RunStatus.WAITING and not pending:
        yield Broken(RULE, case.run.id, "waits, but nobody is asked")
    if case.run.status.is_open:
        return
    for approval in pending:
        yield Broken(RULE, case.run.id, f"is {case.run.status}, but approval {approval} is still asked")
    for effect in case.effects:
        if effect.state == EffectState.INTENDED:
            text = f"is {case.run.status}, but nobody knows how effect {effect.name} came out"
            yield Broken(RULE, case.run.id, text)
