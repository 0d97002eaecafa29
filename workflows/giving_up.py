"""The end of a run that gets to no boundary any more: halted, cancelled on its way, or failed.

Plain functions of a transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from store import approvals, audit, effects, runs
from store.audit import Event
from store.records import Approval, ApprovalStatus, Effect, EffectState, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows import boundary
from workflows.effects.ledger import mark_of
from workflows.questions.asking import OUTCOME_GATE

OUTCOME_UNKNOWN = "outcome_unknown"


def give_up(tx: Transaction, run: Run, steps: int, ending: Ending, now: datetime) -> None:
    """Ends a running run without a boundary, and says so everywhere. What is in doubt is said first."""
    for effect in _asked_about(tx, run):
        ending = Ending(RunStatus.HALTED, OUTCOME_UNKNOWN, _in_doubt(effect))
    for effect in under_way(tx, run):
        ending = Ending(RunStatus.HALTED, OUTCOME_UNKNOWN, leave_in_doubt(tx, effect, now))
    runs.give_up(tx, run, steps, ending, now)
    boundary.supersede_pending(tx, run, ending.outcome, now)
    boundary.tell_ended(tx, run, ending, now)


def under_way(tx: Transaction, run: Run) -> Sequence[Effect]:
    """Effects that were begun, and nobody has learnt how they came out."""
    of_run = effects.of_run(tx, run.tenant, run.id)
    return [each for each in of_run if each.state == EffectState.INTENDED]


def leave_in_doubt(tx: Transaction, effect: Effect, now: datetime) -> str:
    """`intended → unknown`; returns what there is to say about it."""
    text = _in_doubt(effect)
    key = effects.key_of(effect)
    effects.settle(tx, key, EffectState.UNKNOWN, None, {"code": OUTCOME_UNKNOWN, "text": text}, now)
    detail: dict[str, object] = {"effect": effect.name, "mark": mark_of(key)}
    audit.append(tx, effect.tenant, effect.run, Event("effect_unknown", detail=detail), now)
    return text


def _in_doubt(effect: Effect) -> str:
    return f"Nobody could tell whether {effect.name} happened: look in {effect.system} before asking again."


def _asked_about(tx: Transaction, run: Run) -> Sequence[Effect]:
    """Effects in doubt of which people are asked, or have said something that nothing was made of yet."""
    asked = [each.facts.get("effect") for each in approvals.of_run(tx, run.tenant, run.id) if _is_open(each)]
    of_run = effects.of_run(tx, run.tenant, run.id)
    return [
        each
        for each in of_run
        if each.state == EffectState.UNKNOWN and mark_of(effects.key_of(each)) in asked
    ]


def _is_open(approval: Approval) -> bool:
    """Left as it is, it is open no more."""
    return (
        approval.gate == OUTCOME_GATE
        and approval.status in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED)
        and approval.used_epoch is None
    )
