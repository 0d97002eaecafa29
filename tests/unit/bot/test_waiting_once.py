"""Whoever waits for an answer waits out one short slow-down, and no long one."""

import pytest
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.waiting_once import WaitOnce

REQUEST = HttpRequest(method="POST", url="/api/views.open", headers={})


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"Retry-After": "1"}, True),
        (429, {"retry-after": "10"}, True),
        (429, {"Retry-After": "11"}, False),
        (429, {"Retry-After": "3600"}, False),
        (429, {"Retry-After": "soon"}, True),
        (429, {}, True),
        (503, {"Retry-After": "1"}, False),
        (200, {}, False),
    ],
)
async def test_only_a_short_slow_down_is_waited_out(
    status: int, headers: dict[str, str | list[str]], *, waits: bool
) -> None:
    response = HttpResponse(status_code=status, headers=headers)
    assert await WaitOnce().can_retry_async(state=RetryState(), request=REQUEST, response=response) is waits


async def test_a_cut_connection_is_not_tried_again() -> None:
    cut = ConnectionResetError()
    assert not await WaitOnce().can_retry_async(state=RetryState(), request=REQUEST, error=cut)


async def test_it_waits_once() -> None:
    response, state = HttpResponse(status_code=429, headers={"Retry-After": "1"}), RetryState()
    await WaitOnce().prepare_for_next_attempt_async(state=state, request=REQUEST, response=response)
    assert state.next_attempt_requested
    assert not await WaitOnce().can_retry_async(state=state, request=REQUEST, response=response)
