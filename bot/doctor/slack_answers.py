"""A call to Slack whose refusal is an answer as well."""

from collections.abc import Awaitable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack_errors import refusal


@dataclass(frozen=True)
class Refusal:
    """`code` is Slack's word (`channel_not_found`), or ours for no answer, or for one that isn't Slack's."""

    code: str


NO_ANSWER = "no answer"


async def answer(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | Refusal:
    try:
        return await call
    except SlackApiError as error:
        return Refusal(refusal(error).code)
    except (aiohttp.ClientError, TimeoutError):
        return Refusal(NO_ANSWER)
