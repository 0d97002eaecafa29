"""An effect that was done and taken back by its system: recorded, and told where the run is told of.

Plain functions of a transaction. The effect's state decides, so that it is recorded and said once, however
often the news comes.
"""

from datetime import datetime

from store import approvals, audit, effects, runs
from store.audit import Event
from store.records import Effect, Run
from store.transaction import Transaction
from workflows import announce
from workflows.effects.ledger import mark_of
from workflows.effects.system import Answer


def reverse(tx: Transaction, effect: Effect, answer: Answer, now: datetime) -> None:
    """`done → reversed`. `answer.text` says in whole sentences what happened and what to do.

    Stale, and nothing recorded, when the effect is no longer done, or while a drive holds its run.
    """
    run = runs.get(tx, effect.tenant, effect.run)
    if run is None:
        raise LookupError(f"effect {effect.name} belongs to no run")
    mark = mark_of(effects.key_of(effect))
    outcome: dict[str, object] = {"code": answer.code, "text": answer.text, **answer.detail}
    effects.reverse(tx, effects.key_of(effect), outcome)
    detail: dict[str, object] = {
        "effect": effect.name,
        "mark": mark,
        "external_id": effect.external_id,
        **outcome,
    }
    audit.append(tx, run.tenant, run.id, Event("effect_reversed", detail=detail), now)
    runs.mark_reversed(tx, run.tenant, run.id, answer.code, answer.text, now)
    if not run.status.is_open:
        changed: dict[str, object] = {"outcome": answer.code, "text": answer.text}
        audit.append(tx, run.tenant, run.id, Event("outcome_changed", detail=changed), now)
    announce.card_changed(tx, run, reply_id(mark), now)
    announce.reply(
        tx, run, reply_id(mark), answer.text, now, mention=run.requester, also=_approver(tx, run, effect)
    )


def reply_id(mark: str) -> str:
    """What the reply that tells of it is called in the outbox."""
    return f"reversed.{mark}"


def _approver(tx: Transaction, run: Run, effect: Effect) -> tuple[str, ...]:
    """Whoever approved it hears of it as well, unless it is the requester, or nobody."""
    approval = approvals.get(tx, effect.tenant, effect.approval) if effect.approval else None
    if approval is None or approval.decided_by in (None, audit.SIGNOFF, run.requester):
        return ()
    return (str(approval.decided_by),)
