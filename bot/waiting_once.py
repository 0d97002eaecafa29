"""A call to Slack for which somebody waits: asked to slow down, it waits once, and only briefly.

slack_sdk's own handler waits as long as Slack says, an hour too, and fails on words that are no number.
"""

import asyncio

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.slack_errors import retry_after_s

# Whoever clicked looks away after that, and is better told.
WAIT_MAX_S = 10.0


class WaitOnce(AsyncRetryHandler):
    """Refused for longer than WAIT_MAX_S, or a second time, the call fails like any other."""

    def __init__(self) -> None:
        super().__init__(max_retry_count=1)

    async def _can_retry_async(self, *, response: HttpResponse | None = None, **_: object) -> bool:
        return response is not None and response.status_code == 429 and _pause_s(response) <= WAIT_MAX_S

    async def prepare_for_next_attempt_async(
        self, *, state: RetryState, response: HttpResponse | None = None, **_: object
    ) -> None:
        if response is not None:
            await asyncio.sleep(_pause_s(response))
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _pause_s(response: HttpResponse) -> float:
    """slack_sdk makes a list of what each header says."""
    return retry_after_s({name: said[0] for name, said in response.headers.items() if said})
