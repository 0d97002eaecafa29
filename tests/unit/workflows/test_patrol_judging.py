"""What follows from how a channel and a requester stand."""

import pytest

from workflows.patrol.judging import Seen, reason_not_to_begin, reason_to_withdraw
from workflows.patrol.surroundings import Place, Standing
from workflows.withdrawal import Why

FINE = Seen(Place.OPEN, Standing.MEMBER)


def test_where_all_is_as_it_was_nothing_is_done() -> None:
    assert reason_to_withdraw(FINE, "member") is None
    assert reason_not_to_begin(FINE, Place.OPEN) is None


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place.ARCHIVED, Why.CHANNEL_ARCHIVED),
        (Place.WITHOUT_US, Why.BOT_REMOVED),
        (Place.SHARED, Why.CHANNEL_SHARED),
    ],
)
@pytest.mark.parametrize("requester", Standing)
def test_a_closed_channel_comes_first_since_it_says_where_anybody_can_be_told(
    place: Place, why: Why, requester: Standing
) -> None:
    assert reason_to_withdraw(Seen(place, requester), "member") == why
    assert why.closes_the_channel


@pytest.mark.parametrize(
    ("requester", "asked_as", "why"),
    [
        (Standing.GONE, "member", Why.REQUESTER_GONE),
        (Standing.GONE, None, Why.REQUESTER_GONE),
        (Standing.OUTSIDE, "member", Why.REQUESTER_OUTSIDE),
        (Standing.GUEST, "member", Why.REQUESTER_NOW_GUEST),
        (Standing.GUEST, "guest", None),
        (Standing.GUEST, None, None),
        (Standing.MEMBER, "guest", None),
    ],
)
def test_a_guest_may_ask_and_who_has_become_one_may_wait_no_longer(
    requester: Standing, asked_as: str | None, why: Why | None
) -> None:
    assert reason_to_withdraw(Seen(Place.OPEN, requester), asked_as) == why


def test_a_command_in_a_shared_channel_does_not_begin_and_one_in_a_channel_without_us_does() -> None:
    assert reason_not_to_begin(FINE, Place.SHARED) == Why.ASKED_IN_SHARED_CHANNEL
    assert reason_not_to_begin(FINE, Place.WITHOUT_US) is None
    assert reason_not_to_begin(Seen(Place.ARCHIVED, Standing.MEMBER), Place.SHARED) == Why.CHANNEL_ARCHIVED
