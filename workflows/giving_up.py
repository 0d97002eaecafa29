"""The end of a run that gets to no boundary any more: halted, cancelled on its way, or failed.

Plain functions of a transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from store import audit, effects, runs
from store.audit import Event
from store.records import Effect, EffectState, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows import boundary
from workflows.effects.ledger import mark_of

OUTCOME_UNKNOWN = "outcome_unknown"


def give_up(tx: Transaction, run: Run, steps: int, ending: Ending, now: datetime) -> None:
    """Ends a running run without a boundary, and says so everywhere."""
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
    text = f"Nobody could tell whether {effect.name} happened: look in {effect.system} before asking again."
    key = effects.key_of(effect)
    effects.settle(tx, key, EffectState.UNKNOWN, None, {"code": OUTCOME_UNKNOWN, "text": text}, now)
    detail: dict[str, object] = {"effect": effect.name, "mark": mark_of(key)}
    audit.append(tx, effect.tenant, effect.run, Event("effect_unknown", detail=detail), now)
    return text
