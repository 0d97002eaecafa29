"""Nothing happens unrecorded: the request, every question, every effect and how it came out, a cancellation
and the ending each have exactly one entry in the record, and it says what the row says."""

from collections.abc import Iterator

from store.effects import key_of
from store.records import Effect, EffectState
from workflows.effects.ledger import mark_of
from workflows.invariants.case import Broken, Case

RULE = "recorded"

# An effect that was begun anew may come to be in doubt again.
MAY_RECUR = f"effect_{EffectState.UNKNOWN}"

Detail = dict[str, object]


def broken(case: Case) -> Iterator[Broken]:
    yield from _vanished(case)
    for action, detail in _due(case):
        found = sum(entry.action == action and _says(entry.detail, detail) for entry in case.audit)
        if found != 1 and not (found > 1 and action == MAY_RECUR):
            text = f"the record holds {found} entries '{action}' that say {detail}, and should hold 1"
            yield Broken(RULE, case.run.id, text)


def _due(case: Case) -> Iterator[tuple[str, Detail]]:
    run = case.run
    yield "requested", {"workflow": run.workflow, "input": run.input}
    for approval in case.approvals:
        yield "asked", {"approval": approval.id, "digest": approval.digest, "effects": approval.effects}
    for effect in case.effects:
        yield "effect_intended", _intent(effect)
        if effect.state != EffectState.INTENDED:
            yield f"effect_{effect.state}", _outcome(effect)
        if effect.state == EffectState.REVERSED:
            yield f"effect_{EffectState.DONE}", _outcome(effect)
    if run.cancelled_at is not None:
        yield "cancel_requested", {}
    if not run.status.is_open:
        yield from _ended(case)


def _ended(case: Case) -> Iterator[tuple[str, Detail]]:
    """What was taken back after the end changed what the run came to."""
    run = case.run
    told: Detail = {"outcome": run.outcome, "text": run.outcome_text}
    if any(entry.action == "outcome_changed" for entry in case.audit):
        yield "ended", {"status": run.status}
        yield "outcome_changed", told
    else:
        yield "ended", {"status": run.status, **told}


def _intent(effect: Effect) -> Detail:
    return {
        "mark": _mark(effect),
        "effect": effect.name,
        "system": effect.system,
        "arguments": effect.arguments,
        "idempotency_key": effect.idempotency_key,
    }


def _vanished(case: Case) -> Iterator[Broken]:
    """What the record tells of, and no row does any more."""
    kept = {approval.id for approval in case.approvals} | {_mark(effect) for effect in case.effects}
    for entry in case.audit:
        named = {"asked": "approval", "effect_intended": "mark"}.get(entry.action)
        if named is not None and entry.detail.get(named) not in kept:
            text = f"entry {entry.seq} '{entry.action}' tells of {entry.detail.get(named)}, which is gone"
            yield Broken(RULE, case.run.id, text)


def _outcome(effect: Effect) -> Detail:
    return {"mark": _mark(effect), "effect": effect.name, "external_id": effect.external_id}


def _mark(effect: Effect) -> str:
    return mark_of(key_of(effect))


def _says(detail: Detail, wanted: Detail) -> bool:
    return all(detail.get(key) == value for key, value in wanted.items())
