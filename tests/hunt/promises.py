"""What must hold after every step, and what must have come of everything once all trouble is over."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from store.records import Run, RunStatus
from tests.harness import Json
from tests.hunt.model import Model, Request
from tests.hunt.record import Record

# The money is back, or never left.
NOT_PAID = ("failed", "canceled")
NOTHING_MADE = (RunStatus.REJECTED, RunStatus.EXPIRED)


def broken_now(
    model: Model, record: Record, before: Record | None, made: Sequence[Json], now: datetime
) -> Iterator[str]:
    """`made` are the refunds in Stripe's books that Signoff made, `before` the record of the last step."""
    yield from record.broken
    yield from model.differences(record, now)
    for run, refunds in _by_run(made).items():
        yield from _wrongly_made(run, model.requests.get(run), refunds)
    for each in made:
        if each["metadata"]["signoff_effect"] not in record.begun:
            yield f"{each['id']} was made before it was recorded that it would be"
    for mark in record.key_reused:
        yield f"{mark} was called with the key of another request"
    if before is not None:
        for id, run_before in before.runs.items():
            yield from _gone_back(run_before, record.runs.get(id))


def broken_at_last(model: Model, record: Record, made: Sequence[Json]) -> Iterator[str]:
    """Once everything has come to its end."""
    refunds = _by_run(made)
    for id, run in record.runs.items():
        request, count = model.requests[id], len(refunds[id])
        paid = [each for each in refunds[id] if each["status"] not in NOT_PAID]
        if run.status.is_open:
            yield f"{id} is still {run.status}"
        if run.status == RunStatus.DONE and count != 1:
            yield f"{id} is done, with {count} refunds"
        if run.status == RunStatus.DONE and not request.approved:
            yield f"{id} is done, and nobody approved it"
        if run.status in NOTHING_MADE and count:
            yield f"{id} is {run.status}, with {count} refunds"
        if run.status == RunStatus.FAILED and paid:
            yield f"{id} failed, and {len(paid)} refunds were paid"
        if run.status == RunStatus.FAILED and run.outcome not in FAILURES:
            yield f"{id} failed by {run.outcome}"
        if run.status == RunStatus.HALTED and run.outcome not in HALTS:
            yield f"{id} is halted by {run.outcome}"


# What a person has to look at, and nothing else halts a run here.
FAILURES = ("stripe_unreachable", "refund_failed")
HALTS = ("outcome_unknown", "changed_too_often", "cut_off", "facts_unread", "step_limit")


def _wrongly_made(run: str, request: Request | None, refunds: Sequence[Json]) -> Iterator[str]:
    if request is None:
        yield f"{run} was never asked for, and has {len(refunds)} refunds"
        return
    if len(refunds) > 1:
        yield f"{run} has {len(refunds)} refunds"
    if not request.approved:
        yield f"{run} has a refund, and nobody approved it"
    if request.promised:
        yield f"{run} has a refund, and its requester was told that it is cancelled"
    for each in refunds:
        if (each["payment_intent"], each["amount"]) != (request.payment, request.amount):
            yield f"{run} refunded {each['amount']} on {each['payment_intent']}"


def _gone_back(before: Run, now: Run | None) -> Iterator[str]:
    if now is None:
        yield f"{before.id} is gone"
    elif now.epoch < before.epoch:
        yield f"{before.id} went from epoch {before.epoch} back to {now.epoch}"
    elif not before.status.is_open and now.status != before.status:
        yield f"{before.id} was {before.status}, and is {now.status}"


def _by_run(made: Sequence[Json]) -> Mapping[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for each in made:
        found[each["metadata"]["signoff_run"]].append(each)
    return found
