"""App Home: read anew whenever somebody opens it, and turned page by page."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.directory import SlackDirectory
from bot.ids import Action
from bot.payloads import HomeClick, HomeOpened, HomePages
from bot.views.entries import Lines
from bot.views.home import home
from store.sqlite import Database
from store.transaction import Transaction
from workflows import desk
from workflows.clock import Clock
from workflows.desk import Desk, Owner
from workflows.workflow import Registry


def register(
    app: AsyncApp,
    tenant: str,
    database: Database,
    registry: Registry,
    directory: SlackDirectory,
    lines: Lines,
    clock: Clock,
) -> None:
    commands = [f"/{each.workflow.name}" for each in registry.all()]

    async def publish(client: AsyncWebClient, user: str, pages: HomePages) -> None:
        await directory.freshen()
        owner, now = Owner(tenant, user, directory.names(user)), clock()

        def read(tx: Transaction) -> Desk:
            return Desk(
                waiting=desk.waiting(tx, owner, pages.waiting),
                asked=desk.asked(tx, owner, pages.asked),
                decided=desk.decided(tx, owner, pages.decided, now),
                undelivered=desk.undelivered(tx, owner, now),
            )

        view = home(await database.read(read), lines, commands)
        await client.views_publish(user_id=user, view=view)

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        seen = HomeOpened.model_validate(event)
        if seen.tab == "home":
            await publish(client, seen.user, HomePages())

    @app.action(Action.PREVIOUS)
    @app.action(Action.NEXT)
    async def turn(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = HomeClick.model_validate(body)
        await publish(client, click.user.id, click.pages)
