"""The Bolt app: explicit registration of every listener, and of what answers where none of them does."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import refusals
from bot.directory import SlackDirectory
from bot.listeners import approvals as approval_listeners
from bot.listeners import ask, changes, commands, happened, home, reasoning, requests, signoff
from bot.listeners.booth import Booth
from bot.views.entries import Lines
from bot.watch import Watch
from store.sqlite import Database
from workflows.approvals.decide import Approvals
from workflows.clock import Clock
from workflows.runs import Runs
from workflows.workflow import Registry


def slack_app(
    client: AsyncWebClient,
    authorized: AuthorizeResult,
    database: Database,
    registry: Registry,
    runs: Runs,
    approvals: Approvals,
    directory: SlackDirectory,
    watch: Watch,
    clock: Clock,
) -> AsyncApp:
    """`authorized` was fetched at start, so that no click waits for `auth.test`."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return authorized

    app = AsyncApp(client=client, authorize=authorize, raise_error_for_unhandled_request=True)

    @app.middleware
    async def call_by_our_client(context: AsyncBoltContext, next: Callable[[], Awaitable[None]]) -> None:
        """Bolt makes a plain one for each request, for which a proxy's page is no refusal."""
        context["client"] = client
        await next()

    tenant = str(authorized.team_id)
    refusals.register(app, tenant)
    commands.register(app, tenant, registry, runs)
    ask.register(app, tenant, registry, runs)
    booth = Booth(tenant, approvals, directory, clock)
    approval_listeners.register(app, booth)
    happened.register(app, booth)
    reasoning.register(app, tenant, database, registry)
    requests.register(app, tenant, runs)
    lines = Lines(lambda run: registry.headline(run.workflow, run.input), str(authorized.url))
    signoff.register(app, tenant, database, registry, directory, lines)
    home.register(app, tenant, database, registry, directory, lines, clock)

    changes.register(app, watch)

    return app
