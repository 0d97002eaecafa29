"""The Bolt app: explicit registration of every listener, and one answer for what none of them expected."""

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncRespond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.directory import SlackDirectory
from bot.listeners import approvals as approval_listeners
from bot.listeners import ask, changes, commands, home, reasoning, requests, signoff
from bot.views.entries import Lines
from bot.watch import Watch
from store.sqlite import Database
from workflows.approvals.decide import Approvals
from workflows.clock import Clock
from workflows.runs import Runs
from workflows.workflow import Registry

log = structlog.get_logger()


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

    app = AsyncApp(client=client, authorize=authorize, raise_error_for_unhandled_request=False)
    tenant = str(authorized.team_id)
    commands.register(app, tenant, registry, runs)
    ask.register(app, tenant, registry, runs)
    approval_listeners.register(app, tenant, approvals, directory, clock)
    reasoning.register(app, tenant, database, registry)
    requests.register(app, tenant, runs)
    lines = Lines(lambda run: registry.headline(run.workflow, run.input), str(authorized.url))
    signoff.register(app, tenant, database, registry, directory, lines)
    home.register(app, tenant, database, registry, directory, lines, clock)

    changes.register(app, watch)

    @app.error
    async def surprised(error: Exception, body: dict[str, Any], respond: AsyncRespond) -> None:
        log.error("listener_failed", type=body.get("type") or body.get("command"), exc_info=error)
        if body.get("response_url"):
            await respond(text=errors.GONE_WRONG, response_type="ephemeral", replace_original=False)

    return app
