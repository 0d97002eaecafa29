"""View reasoning, wherever the button stands, and the turning of its pages."""

from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.answering import tell
from bot.ids import Action
from bot.listeners.opening import open_modal
from bot.payloads import ReasoningClick, ReasoningTurn
from bot.views import modals
from bot.views.reasoning import reasoning
from store.sqlite import Database
from workflows.reasoning import Reasoning, read
from workflows.workflow import Registry

log = structlog.get_logger()


def register(app: AsyncApp, tenant: str, database: Database, registry: Registry) -> None:
    async def page(run: str, first: int | None) -> dict[str, Any] | None:
        found: Reasoning | None = await database.read(lambda tx: read(tx, tenant, run, first))
        if found is None:
            return None
        return reasoning(registry.headline(found.run.workflow, found.run.input), found)

    @app.action(Action.REASONING)
    async def view_reasoning(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        click = ReasoningClick.model_validate(body)
        view = await page(click.run, None)
        if view is None:
            await tell(context, errors.UNKNOWN_RUN)
            return
        await open_modal(context, click.trigger_id, view)

    @app.action(Action.OLDEST)
    @app.action(Action.OLDER)
    @app.action(Action.NEWER)
    @app.action(Action.NEWEST)
    async def turn(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The hash keeps two quick clicks from showing the older page last."""
        await ack()
        click = ReasoningTurn.model_validate(body)
        view = await page(click.page.run, click.page.first)
        view = view or modals.notice("Reasoning", errors.UNKNOWN_RUN)
        try:
            await client.views_update(view_id=click.view.id, hash=click.view.hash, view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            # Closed meanwhile, or another page stands there already. Its buttons go on working.
            log.info("page_not_turned", run=click.page.run, error=str(error))
