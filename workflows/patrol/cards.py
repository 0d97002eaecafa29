"""A card that somebody deleted is posted again, a few times; then its run is cancelled by name."""

from datetime import datetime
from enum import StrEnum

from store import approvals, audit, outbox, runs
from store.audit import Event
from store.records import ApprovalStatus, Run
from store.transaction import Transaction
from workflows import announce
from workflows.withdrawal import Why, withdraw

POSTED_AGAIN_MAX = 3


class Lost(StrEnum):
    """What became of a card that is gone."""

    POSTED_AGAIN = "posted_again"
    GIVEN_UP = "given_up"


def card_lost(tx: Transaction, run: Run, ts: str, now: datetime) -> Lost:
    """`ts` is the message that is gone. Who comes second, or with an older message, changes nothing.

    Only the newest card's buttons count: a vote from another message is refused.
    """
    card = outbox.message(tx, run.tenant, outbox.root_id(run.tenant, run.id))
    current = runs.get(tx, run.tenant, run.id)
    if card is None or card.ts != ts or current is None:
        return Lost.POSTED_AGAIN
    times = outbox.times_posted_again(tx, run.tenant, run.id) + 1
    if times > POSTED_AGAIN_MAX:
        withdraw(tx, current, Why.CARD_DELETED, now)
        return Lost.GIVEN_UP
    outbox.post_again(tx, card, times, now)
    detail: dict[str, object] = {"channel": card.channel, "ts": ts, "times": times}
    audit.append(tx, run.tenant, run.id, Event("card_deleted", detail=detail), now)
    text = (
        f"The card was deleted, so it stands here again ({times} of {POSTED_AGAIN_MAX} times). "
        "View reasoning shows what was said before."
    )
    announce.reply(tx, current, f"again.{times}", text, now)
    for approval in approvals.of_run(tx, run.tenant, run.id):
        if approval.status == ApprovalStatus.PENDING:
            announce.question_again(tx, current, approval.id, times, now)
    return Lost.POSTED_AGAIN
