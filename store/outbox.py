"""What Slack still has to be told, and where what was told lives. None of this commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from store import steps
from store.identity import identifier
from store.records import DeadLetter, Message, OutboxKind, Outgoing
from store.statements import statements
from store.transaction import Transaction

SQL = statements("outbox")

# No message is put off for longer at a time, so that one which seems to be was put off by another clock.
PUT_OFF_MAX = timedelta(hours=2)
# How the error of a row begins that was given up on purpose.
WITHHELD = "withheld: "
# In the body of a line of reasoning: its number in `steps`, where its text is.
STEP = "step"
# In the body of a root: how often it was posted again.
AGAIN = "again"


@dataclass(frozen=True)
class NewOutgoing:
    """`what` tells apart the rows of one kind in one run; together they make the id."""

    tenant: str
    run: str
    kind: OutboxKind
    channel: str
    what: str = ""
    follows: str | None = None
    body: dict[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return identifier("out", self.tenant, self.run, self.kind, self.what)


@lru_cache(maxsize=256)
def root_id(tenant: str, run: str) -> str:
    """The outbox id of a run's root message, which its card changes and its thread hangs under."""
    return identifier("out", tenant, run, OutboxKind.ROOT, "")


def insert(tx: Transaction, new: NewOutgoing, now: datetime) -> bool:
    """False when the same thing was said before."""
    return (
        tx.run(
            SQL["insert"],
            tenant=new.tenant,
            id=new.id,
            run=new.run,
            kind=new.kind,
            channel=new.channel,
            body=new.body,
            follows=new.follows,
            now=now,
        )
        == 1
    )


def waiting_channels(tx: Transaction, tenant: str, now: datetime) -> Sequence[str]:
    """Those with something due by now, also when the clock was put back since; see `PUT_OFF_MAX`."""
    rows = tx.all(SQL["waiting_channels"], tenant=tenant, now=now, beyond=now + PUT_OFF_MAX)
    return [str(row["channel"]) for row in rows]


def waiting(tx: Transaction, tenant: str, channel: str, now: datetime, limit: int) -> Sequence[Outgoing]:
    beyond = now + PUT_OFF_MAX
    rows = tx.all(SQL["waiting"], tenant=tenant, channel=channel, now=now, beyond=beyond, limit=limit)
    return [_worded(tx, Outgoing.of(row)) for row in rows]


def mark_sending(tx: Transaction, row: Outgoing, now: datetime) -> None:
    tx.change(SQL["mark_sending"], tenant=row.tenant, id=row.id, now=now)


def mark_sent(tx: Transaction, row: Outgoing, now: datetime) -> None:
    tx.change(SQL["mark_sent"], tenant=row.tenant, id=row.id, now=now)


def postpone(tx: Transaction, row: Outgoing, due_at: datetime, error: str) -> None:
    tx.change(SQL["postpone"], tenant=row.tenant, id=row.id, due_at=due_at, error=error)


def put_off(tx: Transaction, row: Outgoing, due_at: datetime, error: str) -> None:
    """One that was being sent stays in doubt."""
    tx.change(SQL["put_off"], tenant=row.tenant, id=row.id, due_at=due_at, error=error)


def hold(tx: Transaction, row: Outgoing, due_at: datetime) -> None:
    tx.change(SQL["hold"], tenant=row.tenant, id=row.id, due_at=due_at)


def slow_down(tx: Transaction, row: Outgoing, now: datetime, until: datetime, error: str) -> None:
    """Slack asks to wait with it. `row` is as it was before the call: one in doubt stays so."""
    tx.change(
        SQL["slow_down"], tenant=row.tenant, id=row.id, state=row.state, now=now, until=until, error=error
    )


def rest(
    tx: Transaction, tenant: str, channel: str, kinds: Collection[OutboxKind], now: datetime, until: datetime
) -> None:
    """Nothing of these kinds goes out in the channel before then."""
    beyond = now + PUT_OFF_MAX
    tx.run(
        SQL["rest"],
        tenant=tenant,
        channel=channel,
        kinds=sorted(kinds),
        now=now,
        until=until,
        beyond=beyond,
    )


def mark_dead(tx: Transaction, row: Outgoing, error: str, now: datetime) -> None:
    """Slack won't take it: a dead letter. What follows it can't be said either."""
    tx.change(SQL["mark_dead"], tenant=row.tenant, id=row.id, error=error, dead_at=now)
    followers = f"{row.id} could not be posted"
    tx.run(SQL["dead_followers"], tenant=row.tenant, run=row.run, id=row.id, error=followers)


def withhold(tx: Transaction, row: Outgoing, why: str) -> None:
    """Given up on purpose, with what follows it. `why` begins with WITHHELD."""
    tx.change(SQL["mark_dead"], tenant=row.tenant, id=row.id, error=why, dead_at=None)
    tx.run(SQL["dead_followers"], tenant=row.tenant, run=row.run, id=row.id, error=why)


def times_posted_again(tx: Transaction, tenant: str, run: str) -> int:
    """How often a run's root was posted again because somebody deleted it."""
    row = tx.one(SQL["root"], tenant=tenant, id=root_id(tenant, run))
    return int(str(Outgoing.of(row).body.get(AGAIN, 0))) if row else 0


def post_again(tx: Transaction, lost: Message, times: int, now: datetime) -> None:
    """The root is due again, for the `times`-th time; what follows it waits. Stale when it is due already."""
    tx.change(SQL["forget_message"], tenant=lost.tenant, id=lost.outbox, ts=lost.ts)
    tx.change(SQL["post_again"], tenant=lost.tenant, id=lost.outbox, body={AGAIN: times}, now=now)


def dead(tx: Transaction, since: datetime, limit: int) -> Sequence[DeadLetter]:
    """Newest first, of every workspace in the file."""
    return [DeadLetter.of(row) for row in tx.all(SQL["dead"], since=since, limit=limit)]


def dead_for(
    tx: Transaction, tenant: str, user: str, names: Sequence[str], since: datetime, limit: int
) -> Sequence[DeadLetter]:
    """Those that concern a person: they asked, or a policy names one of `names` as who decides."""
    found = tx.all(SQL["dead_for"], tenant=tenant, user=user, names=list(names), since=since, limit=limit)
    return [DeadLetter.of(row) for row in found]


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[Outgoing]:
    return [_worded(tx, Outgoing.of(row)) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]


def insert_message(
    tx: Transaction, row: Outgoing, channel: str, ts: str, shown: str | None, now: datetime
) -> None:
    """Where it lives; the first place that is known stays. `shown` is the digest of a root as it was posted,
    None where only Slack knows it."""
    if row.follows is not None:
        tx.run(SQL["note_place"], tenant=row.tenant, id=row.id, ts=ts)
        return
    tx.run(
        SQL["insert_message"],
        tenant=row.tenant,
        outbox=row.id,
        channel=channel,
        ts=ts,
        shown=shown,
        now=now,
    )


def card_shown(tx: Transaction, tenant: str, root: str, shown: str) -> None:
    tx.change(SQL["card_shown"], tenant=tenant, outbox=root, shown=shown)


def message(tx: Transaction, tenant: str, outbox: str) -> Message | None:
    row = tx.one(SQL["message"], tenant=tenant, outbox=outbox)
    return Message.of(row) if row else None


def _worded(tx: Transaction, row: Outgoing) -> Outgoing:
    """A line of reasoning with its node and text; any other row as it is."""
    if STEP not in row.body:
        return row
    line = steps.get(tx, row.tenant, int(str(row.body[STEP])))
    said: dict[str, object] = {"node": line.node, "text": line.text} if line else {"node": "", "text": ""}
    return row.model_copy(update={"body": said})
