"""When something done is looked at again: soon at first, then ever more seldom, for thirty days. Pure.

A refund that Stripe calls succeeded may still come back: the customer's bank returns it when the account is
closed, say, and that can take up to 30 days (https://docs.stripe.com/refunds#failed-refunds). Most that come
back do so in the first days, so each pause is as long as the thing is old: read ten minutes after it was
done, then at 20 and 40 minutes, and so on to a day; from then on once a day. That is 38 reads for a
refund. Where the system tells us by itself, by a webhook, 15 do: they are for the words that got lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(minutes=10)
UNTIL = timedelta(days=30)


@dataclass(frozen=True)
class Widening:
    """The shortest and the longest pause between two looks."""

    least: timedelta
    most: timedelta


POLLING_ONLY = Widening(timedelta(minutes=10), timedelta(days=1))
BESIDE_A_WEBHOOK = Widening(timedelta(hours=6), timedelta(days=3))


def first_look(done_at: datetime) -> datetime:
    """With a webhook, too: it may be set up and not work."""
    return done_at + FIRST


def next_look(done_at: datetime, now: datetime, widening: Widening) -> datetime | None:
    """The last look is at 30 days; None when that was now, or is over."""
    age = now - done_at
    if age >= UNTIL:
        return None
    pause = min(max(age, widening.least), widening.most)
    return min(now + pause, done_at + UNTIL)
