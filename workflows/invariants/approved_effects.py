"""No effect without its approval: a high effect, and any other that names one, stands exactly as it was made
on the list of an approval of its own run, approved before it was begun; and none was begun once the run was
cancelled."""

from collections.abc import Iterator

from store.effects import key_of
from store.records import Approval, ApprovalStatus, BlastRadius, Effect
from workflows.effects.ledger import mark_of
from workflows.gates import EffectCall
from workflows.invariants.case import Broken, Case

RULE = "approved_effects"


def broken(case: Case) -> Iterator[Broken]:
    asked = {approval.id: approval for approval in case.approvals}
    for effect in case.effects:
        if effect.blast_radius != BlastRadius.HIGH and effect.approval is None:
            continue
        wrong = _wrong_with(case, effect, asked.get(effect.approval or ""))
        if wrong is not None:
            yield Broken(RULE, case.run.id, f"effect {effect.name} {wrong}")
        if _begun_though_cancelled(case, effect):
            yield Broken(RULE, case.run.id, f"effect {effect.name} was begun though the run was cancelled")


def _wrong_with(case: Case, effect: Effect, approval: Approval | None) -> str | None:
    if approval is None:
        return f"names approval {effect.approval}, which this run does not have"
    if approval.status != ApprovalStatus.APPROVED or approval.decided_at is None:
        return f"rests on approval {approval.id}, which is {approval.status}"
    if approval.epoch != effect.epoch:
        return f"is of epoch {effect.epoch}, its approval {approval.id} of epoch {approval.epoch}"
    if approval.decided_at > effect.intended_at and not _recorded_in_order(case, effect, approval):
        return f"was begun before its approval {approval.id} was given"
    made = EffectCall(
        name=effect.name,
        discriminator=effect.discriminator,
        system=effect.system,
        blast_radius=effect.blast_radius,
        arguments=effect.arguments,
    )
    if made.model_dump(mode="json") not in approval.effects:
        return f"is not, with these arguments, what approval {approval.id} lists"
    return None


def _recorded_in_order(case: Case, effect: Effect, approval: Approval) -> bool:
    """The clock was put back in between: the record tells of both at their times, the approval first."""
    given = [
        entry.seq
        for entry in case.audit
        if (entry.action, entry.at, entry.detail.get("approval"))
        == (ApprovalStatus.APPROVED, approval.decided_at, approval.id)
    ]
    begun = _begun(case, effect)
    return bool(given and begun) and max(given) < min(begun)


def _begun_though_cancelled(case: Case, effect: Effect) -> bool:
    cancelled_at = case.run.cancelled_at
    if cancelled_at is None or effect.intended_at <= cancelled_at:
        return False
    cancelled = [
        entry.seq for entry in case.audit if (entry.action, entry.at) == ("cancel_requested", cancelled_at)
    ]
    begun = _begun(case, effect)
    return not (cancelled and begun) or min(cancelled) < max(begun)


def _begun(case: Case, effect: Effect) -> list[int]:
    """Where the record tells that it was begun, at the time its row tells."""
    mark = mark_of(key_of(effect))
    return [
        entry.seq
        for entry in case.audit
        if (entry.action, entry.at, entry.detail.get("mark")) == ("effect_intended", effect.intended_at, mark)
    ]
