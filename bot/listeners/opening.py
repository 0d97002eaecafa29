"""Opening a modal for a click."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient


async def open_modal(client: AsyncWebClient, trigger_id: str, view: dict[str, Any]) -> None:
    """Raises SlackApiError. A trigger opens one modal, so a repeated delivery of its click finds it open.

    https://docs.slack.dev/reference/methods/views.open
    """
    try:
        await client.views_open(trigger_id=trigger_id, view=view)
    except SlackApiError as error:
        if error.response.get("error") != "exchanged_trigger_id":
            raise
