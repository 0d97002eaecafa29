"""What Slack is to be told about a run, written in the transaction in which it became true.

The rows say that something is to be shown, not how: text here is plain, and `bot/views` makes it a message.
"""

from collections.abc import Sequence
from datetime import datetime

from store import outbox
from store.outbox import NewOutgoing
from store.records import OutboxKind, Run
from store.steps import NewStep
from store.transaction import Transaction, milliseconds


def root(tx: Transaction, tenant: str, run: str, channel: str, now: datetime) -> None:
    """The run's one message in the channel: first a notice, later its card."""
    outbox.insert(tx, NewOutgoing(tenant, run, OutboxKind.ROOT, channel), now)


def card_changed(tx: Transaction, run: Run, what: str, now: datetime) -> None:
    _under_root(tx, run, OutboxKind.CARD, what, {}, now)


def step(tx: Transaction, run: Run, step: NewStep, seq: int, now: datetime) -> None:
    """Its text stands in `steps`, under `seq`, and is read there when it is sent."""
    what = f"{step.epoch}.{step.node}.{step.ordinal}"
    _under_root(tx, run, OutboxKind.STEP, what, {outbox.STEP: seq}, now)


def question(tx: Transaction, run: Run, approval: str, now: datetime) -> None:
    """A reply that mentions those who may approve: changing a message pings nobody."""
    _under_root(tx, run, OutboxKind.ASK, approval, {"approval": approval}, now)


def question_again(tx: Transaction, run: Run, approval: str, times: int, now: datetime) -> None:
    _under_root(tx, run, OutboxKind.ASK, f"{approval}.again.{times}", {"approval": approval}, now)


def reply(
    tx: Transaction,
    run: Run,
    what: str,
    text: str,
    now: datetime,
    mention: str | None = None,
    also: Sequence[str] = (),
) -> None:
    """`mention` is whom it calls, `also` whom besides."""
    body: dict[str, object] = {"text": text, "mention": mention, "also": list(also)}
    _under_root(tx, run, OutboxKind.REPLY, what, body, now)


def whisper(tx: Transaction, run: Run, what: str, text: str, now: datetime) -> None:
    """Tells the requester alone, where they asked."""
    body: dict[str, object] = {"user": run.requester, "text": text}
    outbox.insert(tx, NewOutgoing(run.tenant, run.id, OutboxKind.WHISPER, run.origin, what, None, body), now)


def direct(tx: Transaction, run: Run, what: str, text: str, now: datetime) -> None:
    """Tells the requester in a direct message: it stays, wherever else nothing can be said."""
    body: dict[str, object] = {"user": run.requester, "text": text, "direct": True}
    outbox.insert(tx, NewOutgoing(run.tenant, run.id, OutboxKind.WHISPER, run.origin, what, None, body), now)


def approvers_changed(tx: Transaction, run: Run, approval: str, *, stuck: bool, now: datetime) -> None:
    """A reply that says that nobody is left who may approve, or calls those who are there again."""
    says = "nobody" if stuck else "somebody"
    what = f"{approval}.{says}.{milliseconds(now)}"
    _under_root(tx, run, OutboxKind.ASK, what, {"approval": approval, "says": says}, now)


def _under_root(
    tx: Transaction, run: Run, kind: OutboxKind, what: str, body: dict[str, object], now: datetime
) -> None:
    follows = outbox.root_id(run.tenant, run.id)
    outbox.insert(tx, NewOutgoing(run.tenant, run.id, kind, run.channel, what, follows, body), now)
