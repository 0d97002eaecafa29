"""The answer to a click or command that is acked already: said in some way, or logged that no way was left.

A `response_url` dies after 30 minutes or five uses, an ephemeral needs a channel that has the bot and the
person in it, and a direct message needs neither. They are tried in this order.
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

WAY_TIMEOUT_S = 5.0
TOLD_MAX = 80

log = structlog.get_logger()


class _NotTaken(Exception):
    """Slack refused what was posted to a response_url."""


async def tell(
    context: AsyncBoltContext,
    text: str,
    blocks: Sequence[dict[str, Any]] | None = None,
    channel: str | None = None,
) -> None:
    """Only the person sees it. `channel` is where, for what carries none itself, such as a form.

    Raises nothing of Slack's: Bolt forgets an ack when the listener fails right after it.
    """
    for way, say in _ways(context, text, blocks, channel or context.channel_id).items():
        try:
            async with asyncio.timeout(WAY_TIMEOUT_S):
                await say()
            return
        except (SlackClientError, _NotTaken, aiohttp.ClientError, TimeoutError) as error:
            log.warning("answer_not_taken", way=way, error=_named(error))
    log.error("person_not_answered", user=context.user_id)


def _ways(
    context: AsyncBoltContext, text: str, blocks: Sequence[dict[str, Any]] | None, channel: str | None
) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Those there are for this payload, by name, the best first."""
    client, user, url = context.client, context.user_id, context.response_url
    shown: dict[str, Any] = {"text": text} if blocks is None else {"text": text, "blocks": blocks}

    async def to_the_url() -> None:
        hook = AsyncWebhookClient(str(url), session=client.session, retry_handlers=[])
        try:
            answer = await hook.send_dict({**shown, "response_type": "ephemeral", "replace_original": False})
        except UnicodeDecodeError as error:
            raise _NotTaken(f"no text: {error.reason}") from None
        if answer.status_code != 200:
            raise _NotTaken(f"{answer.status_code} {answer.body[:TOLD_MAX]}")

    async def for_their_eyes() -> None:
        await client.chat_postEphemeral(channel=str(channel), user=str(user), **shown)

    async def directly() -> None:
        opened = await client.conversations_open(users=str(user))
        await client.chat_postMessage(channel=opened["channel"]["id"], **shown)

    ways: dict[str, Callable[[], Awaitable[Any]]] = {}
    if url:
        ways["response_url"] = to_the_url
    if user and channel:
        ways["chat.postEphemeral"] = for_their_eyes
    if user:
        ways["direct message"] = directly
    return ways


def _named(error: Exception) -> str:
    response = getattr(error, "response", None)
    code = response.get("error") if response is not None else None
    return str(code or error or type(error).__name__)
