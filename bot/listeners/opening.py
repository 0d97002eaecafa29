"""Opening a modal for a click that is acked already, and answering where no modal can."""

from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors

log = structlog.get_logger()


async def open_modal(
    client: AsyncWebClient, respond: AsyncRespond, trigger_id: str, view: dict[str, Any], user: str
) -> None:
    """Opens it, or tells the person that it would not open.

    Raises nothing of Slack's: Bolt forgets an ack when the listener fails right after it. A trigger opens one
    modal, so a repeated delivery of its click finds it open: https://docs.slack.dev/reference/methods/views.open
    """
    try:
        await client.views_open(trigger_id=trigger_id, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        if isinstance(error, SlackApiError) and error.response.get("error") == "exchanged_trigger_id":
            return
        log.error("modal_not_opened", error=str(error))
        await tell_alone(client, respond, user, errors.GONE_WRONG)


async def tell_alone(client: AsyncWebClient, respond: AsyncRespond, user: str, text: str) -> None:
    """Tells one person beside what they clicked, or directly where Slack gave no way: in App Home."""
    if respond.response_url:
        await respond(text=text, response_type="ephemeral", replace_original=False)
        return
    try:
        opened = await client.conversations_open(users=user)
        await client.chat_postMessage(channel=opened["channel"]["id"], text=text)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("person_not_told", error=str(error))
