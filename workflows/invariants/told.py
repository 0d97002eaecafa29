"""Nobody is left wondering: a run has its root message, a question its mention, an ending and a reversal
their replies, on their way to Slack or there, and nothing that was to be told is given up on, unless its
channel is closed to it."""

from collections.abc import Iterator

from store.effects import key_of
from store.outbox import WITHHELD, NewOutgoing
from store.records import EffectState, OutboxKind
from workflows.effects.ledger import mark_of
from workflows.effects.reversal import reply_id
from workflows.invariants.case import Broken, Case

RULE = "told"


def broken(case: Case) -> Iterator[Broken]:
    told = {row.id for row in case.outbox}
    for kind, what, words in _due(case):
        if NewOutgoing(case.run.tenant, case.run.id, kind, case.run.channel, what).id not in told:
            yield Broken(RULE, case.run.id, f"{words} is missing from the outbox")
    for row in case.outbox:
        if row.state == "dead" and not (row.error or "").startswith(WITHHELD):
            yield Broken(RULE, case.run.id, f"a {row.kind} message could not be delivered: {row.error}")


def _due(case: Case) -> Iterator[tuple[OutboxKind, str, str]]:
    yield OutboxKind.ROOT, "", "the root message"
    for approval in case.approvals:
        yield OutboxKind.ASK, approval.id, f"the question of approval {approval.id}"
    if not case.run.status.is_open:
        yield OutboxKind.REPLY, "ended", "the reply that says how it ended"
    for effect in case.effects:
        if effect.state == EffectState.REVERSED:
            what = reply_id(mark_of(key_of(effect)))
            yield OutboxKind.REPLY, what, f"the reply that {effect.name} was reversed"
