"""Opening a modal for a click that is acked already."""

from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors

log = structlog.get_logger()


async def open_modal(
    client: AsyncWebClient, respond: AsyncRespond, trigger_id: str, view: dict[str, Any]
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
        await respond(text=errors.GONE_WRONG, response_type="ephemeral", replace_original=False)
