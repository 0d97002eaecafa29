"""Opening a modal for a click that is acked already."""

from typing import Any

import aiohttp
import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot import errors
from bot.answering import tell

log = structlog.get_logger()


async def open_modal(context: AsyncBoltContext, trigger_id: str, view: dict[str, Any]) -> None:
    """Opens it, or tells the person that it would not open.

    Raises nothing of Slack's: Bolt forgets an ack when the listener fails right after it. A trigger opens one
    modal, so a repeated delivery of its click finds it open: https://docs.slack.dev/reference/methods/views.open
    """
    try:
        await context.client.views_open(trigger_id=trigger_id, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        if isinstance(error, SlackApiError) and error.response.get("error") == "exchanged_trigger_id":
            return
        log.error("modal_not_opened", error=str(error))
        await tell(context, errors.GONE_WRONG)
