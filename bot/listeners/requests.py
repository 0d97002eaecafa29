"""The card's Cancel, for the person who asked."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.answering import tell
from bot.ids import Action
from bot.listeners import ACK_DEADLINE_S
from bot.payloads import Click
from store.errors import NotRecorded
from workflows.runs import Runs


def register(app: AsyncApp, tenant: str, runs: Runs) -> None:
    @app.action(Action.CANCEL)
    async def cancel(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        click = Click.model_validate(body)
        try:
            text = errors.cancel(await runs.cancel(tenant, click.value, click.user.id, ACK_DEADLINE_S))
        except NotRecorded:
            text = errors.NOT_RECORDED_CLICK
        await ack()
        await tell(context, text)
