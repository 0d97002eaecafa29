"""What Slack's conversation objects say about a channel."""

from typing import Any

import pytest

from bot.surroundings import place_of
from workflows.patrol.surroundings import Place

OPEN: dict[str, Any] = {"is_archived": False, "is_member": True, "is_ext_shared": False, "pending_shared": []}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({}, Place.OPEN),
        ({"is_archived": True, "is_member": False}, Place.ARCHIVED),
        ({"is_member": False}, Place.WITHOUT_US),
        ({"is_ext_shared": True, "is_shared": True}, Place.SHARED),
        ({"is_pending_ext_shared": True}, Place.SHARED),
        ({"pending_shared": ["T0ELSEWHERE"]}, Place.SHARED),
        ({"pending_connected_team_ids": ["T0ELSEWHERE"]}, Place.SHARED),
        ({"is_org_shared": True, "is_shared": True}, Place.OPEN),
    ],
    ids=str,
)
def test_a_channel_is_open_unless_slack_says_otherwise(more: dict[str, Any], place: Place) -> None:
    assert place_of(OPEN | more, shared_channels=False) == place


def test_shared_channels_may_be_allowed_and_archived_ones_may_not() -> None:
    shared = OPEN | {"is_ext_shared": True}
    assert place_of(shared, shared_channels=True) == Place.OPEN
    assert place_of(shared | {"is_archived": True}, shared_channels=True) == Place.ARCHIVED
