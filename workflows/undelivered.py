"""What Slack takes in no form: a dead letter by name, and its requester told directly where it matters."""

from collections.abc import Sequence
from datetime import datetime

from store import approvals, outbox, runs
from store.outbox import NewOutgoing
from store.records import ApprovalStatus, OutboxKind, Outgoing, Run
from store.transaction import Transaction

# In the body of a whisper: which channel did not show what has to be decided, and Slack's word for why.
UNSEEN = "unseen"


def give_up(tx: Transaction, rows: Sequence[Outgoing], code: str, now: datetime) -> None:
    """`code` is Slack's word, or ours where it said none. The rows are of one run and went out together."""
    for row in rows:
        outbox.mark_dead(tx, row, code, now)
        tell_requester(tx, row, code, now)


def tell_requester(tx: Transaction, row: Outgoing, code: str, now: datetime) -> None:
    """Nothing for what they need not know, and nothing more where it was a whisper to them that failed."""
    run = runs.get(tx, row.tenant, row.run)
    if run is None or row.kind == OutboxKind.WHISPER:
        return
    body: dict[str, object] = {"user": run.requester, "direct": True}
    if row.kind == OutboxKind.REPLY and row.body.get("mention") == run.requester:
        body["text"] = str(row.body["text"])
    elif _is_needed_to_decide(tx, row, run):
        body[UNSEEN] = {"channel": row.channel, "code": code}
    else:
        return
    what = f"undelivered.{row.id}"
    outbox.insert(tx, NewOutgoing(row.tenant, row.run, OutboxKind.WHISPER, run.origin, what, None, body), now)


def _is_needed_to_decide(tx: Transaction, row: Outgoing, run: Run) -> bool:
    """The card carries the buttons, the question calls those who may press them."""
    if row.kind in (OutboxKind.ROOT, OutboxKind.ASK):
        return True
    asked = approvals.of_run(tx, run.tenant, run.id)
    return row.kind == OutboxKind.CARD and any(each.status == ApprovalStatus.PENDING for each in asked)
