"""A call to Slack whose refusal is an answer as well."""

from collections.abc import Awaitable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse


@dataclass(frozen=True)
class Refusal:
    """`code` is Slack's word (`channel_not_found`), or ours for no answer at all."""

    code: str


NO_ANSWER = "no answer"


async def answer(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | Refusal:
    try:
        return await call
    except SlackApiError as error:
        return Refusal(str(error.response.get("error") or "unreadable answer"))
    except (aiohttp.ClientError, TimeoutError):
        return Refusal(NO_ANSWER)
