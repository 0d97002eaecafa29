"""What became of an effect nobody could tell the outcome of: the question. Plain functions of a transaction.

What follows from its three answers stands in `doubts.py`.
"""

from datetime import datetime

from store import approvals, effects, runs
from store.records import Approval, Effect, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows.effects.ledger import mark_of
from workflows.effects.looks import first_look
from workflows.errors import OutcomeUnknown
from workflows.gates import Asks, EffectCall, GateRequest
from workflows.questions import asking
from workflows.questions.asking import OUTCOME_GATE
from workflows.workflow import Terms

ASKED_MAX = 5


def ask(tx: Transaction, run: Run, unknown: OutcomeUnknown, terms: Terms, now: datetime) -> Ending | None:
    """Puts the question, unless one is open already. The ending instead, when it was asked too often, or the
    run was cancelled and nobody is to be asked."""
    if unknown.answered is not None:
        approvals.mark_used(tx, run.tenant, unknown.answered, run.epoch)
    mark = mark_of(unknown.effect)
    before = asked_about(tx, run, mark)
    if any(each.used_epoch is None for each in before):
        return None  # it is still asked, or was answered this very moment
    effect = effects.get(tx, unknown.effect)
    if effect is None:
        raise LookupError(f"effect {unknown.effect.name} of {run.id} has no row")
    current = runs.get(tx, run.tenant, run.id)
    if current is not None and current.cancelled_at is not None:
        text = (
            f"It was cancelled, so nobody is asked any more what became of {effect.name}: {unknown.known} "
            f"Look in {effect.system} before asking again."
        )
        return Ending(RunStatus.HALTED, "outcome_unknown", text)
    if len(before) >= ASKED_MAX:
        text = (
            f"It was asked {ASKED_MAX} times what became of {effect.name}, and it is still not known: "
            f"{unknown.known} Look in {effect.system} before asking again."
        )
        return Ending(RunStatus.HALTED, "outcome_unknown", text)
    asking.put(tx, run, _request(tx, effect, unknown.known, len(before)), terms, now)
    effects.look_at_doubt(tx, unknown.effect, first_look(now))
    return None


def asked_about(tx: Transaction, run: Run, mark: str) -> list[Approval]:
    """What was asked about this effect. At most one of them is open: pending, or answered and not used."""
    of_run = approvals.of_run(tx, run.tenant, run.id)
    return [each for each in of_run if each.gate == OUTCOME_GATE and each.facts.get("effect") == mark]


def _request(tx: Transaction, effect: Effect, known: str, times: int) -> GateRequest:
    mark = mark_of(effects.key_of(effect))
    approval = approvals.get(tx, effect.tenant, effect.approval or "")
    original = GateRequest.model_validate(approval.request) if approval else None
    title = original.title if original else effect.name
    return GateRequest(
        gate=OUTCOME_GATE,
        discriminator=f"{mark[:16]}.{times}",
        title=f"Did it happen? {title}"[:150],
        consequence=f"It is not known whether this happened in {effect.system.capitalize()}.",
        fields=original.fields if original else (),
        effects=(
            EffectCall(
                name=effect.name,
                discriminator=effect.discriminator,
                system=effect.system,
                blast_radius=effect.blast_radius,
                arguments=effect.arguments,
            ),
        ),
        facts={"effect": mark, "generation": effect.generation},
        asks=Asks.OUTCOME,
        known=known[:1000],
    )


def wake(tx: Transaction, effect: Effect, look_at: datetime | None, now: datetime) -> None:
    """A run that waits for somebody's word reads again by itself; `look_at` is when it does so next."""
    effects.look_at_doubt(tx, effects.key_of(effect), look_at)
    runs.wake_in_doubt(tx, effect.tenant, effect.run, now)
