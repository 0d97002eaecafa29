"""A hint that something changed in another system: never believed, only a reason to look.

One transaction records the delivery and makes the effect due to be looked at. What is done about it follows
from the read alone, so that a hint that is forged, late, repeated or out of order changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store import deliveries, effects, runs
from store.transaction import Transaction


@dataclass(frozen=True)
class Hint:
    """`delivery` names it among all that comes in. `run` is whose effect the record says it is, if any: the
    ledger knows a record's id only once the effect is settled."""

    tenant: str
    delivery: str
    system: str
    external_id: str
    run: str | None


class Taken(StrEnum):
    """What became of a hint."""

    LOOK_DUE = "look_due"
    RUN_DUE = "run_due"
    NOTHING_DUE = "nothing_due"
    NOT_OURS = "not_ours"
    REPEATED = "repeated"


def take(tx: Transaction, hint: Hint, now: datetime) -> Taken:
    """A repeat is recognised, and what is not about us leaves no trace."""
    if deliveries.answer_given(tx, hint.tenant, hint.delivery) is not None:
        return Taken.REPEATED
    taken = _make_due(tx, hint, now)
    if taken != Taken.NOT_OURS:
        deliveries.record(tx, hint.tenant, hint.delivery, {"taken": taken.value}, now)
    return taken


def _make_due(tx: Transaction, hint: Hint, now: datetime) -> Taken:
    known = effects.of_record(tx, hint.tenant, hint.system, hint.external_id)
    if known:
        hinted = [effects.hint(tx, effects.key_of(each), now) for each in known]
        return Taken.LOOK_DUE if any(hinted) else Taken.NOTHING_DUE
    if hint.run is None or runs.get(tx, hint.tenant, hint.run) is None:
        return Taken.NOT_OURS
    hastened = runs.hasten(tx, hint.tenant, hint.run, now)
    woken = runs.wake_in_doubt(tx, hint.tenant, hint.run, now)
    return Taken.RUN_DUE if hastened or woken else Taken.NOTHING_DUE
