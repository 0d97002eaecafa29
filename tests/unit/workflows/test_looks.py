"""When something done is looked at again: ever more seldom, and never after thirty days."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from workflows.effects.looks import BESIDE_A_WEBHOOK, POLLING_ONLY, UNTIL, Widening, first_look, next_look

DONE_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ages(widening: Widening) -> list[timedelta]:
    """How old it is at each look, if every look happens on time."""
    found = []
    at: datetime | None = first_look(DONE_AT)
    while at is not None:
        found.append(at - DONE_AT)
        at = next_look(DONE_AT, at, widening)
    return found


def test_without_a_webhook_the_looks_go_from_minutes_to_hours_to_days() -> None:
    looks = ages(POLLING_ONLY)
    assert looks[:6] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 160 * MINUTE, 320 * MINUTE]
    assert all(later - earlier <= DAY for earlier, later in pairwise(looks))
    assert looks[-1] == UNTIL
    assert len(looks) == 38


def test_beside_a_webhook_they_are_rarer_and_never_absent() -> None:
    looks = ages(BESIDE_A_WEBHOOK)
    assert looks[0] == 10 * MINUTE, "an endpoint that does not work is noticed soon"
    assert all(later - earlier <= 3 * DAY for earlier, later in pairwise(looks))
    assert looks[-1] == UNTIL
    assert len(looks) == 15


@pytest.mark.parametrize("widening", [POLLING_ONLY, BESIDE_A_WEBHOOK])
def test_a_look_that_comes_late_is_followed_by_one_at_most_and_then_none(widening: Widening) -> None:
    """The bot was off for weeks: what was missed is not made up for one by one."""
    assert next_look(DONE_AT, DONE_AT + 29 * DAY, widening) == DONE_AT + UNTIL
    assert next_look(DONE_AT, DONE_AT + UNTIL, widening) is None
    assert next_look(DONE_AT, DONE_AT + 400 * DAY, widening) is None


def test_a_clock_that_went_back_makes_no_look_in_the_past() -> None:
    now = DONE_AT - 3 * HOUR
    following = next_look(DONE_AT, now, POLLING_ONLY)
    assert following is not None
    assert following > now
