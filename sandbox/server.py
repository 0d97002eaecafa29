"""The sandbox as one web application: Slack, Stripe, a model, the drive API and the page on one port.

Every Stripe call counts as a change of what the page shows, because the inspector notes it.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from sandbox import watching
from sandbox.drive.routes import Drive
from sandbox.guard import guard
from sandbox.machinery import SANDBOX, Sandbox
from sandbox.page import routes as page
from sandbox.settings import Settings

BODY_BYTES_MAX = 4_000_000


def build(settings: Settings) -> web.Application:
    """The application. Its `SANDBOX` is to be told when to start the bot: once the port is open."""
    sandbox = Sandbox(settings)
    app = web.Application(
        middlewares=[guard, watching.watch_stripe(sandbox.inspector)], client_max_size=BODY_BYTES_MAX
    )
    app[SANDBOX] = sandbox
    sandbox.slack.register(app)
    sandbox.stripe.register(app)
    sandbox.model.register(app)
    Drive(sandbox).register(app)
    watching.register(app, sandbox.changes, sandbox.inspector)
    if settings.page:
        page.register(app)
    app.on_shutdown.append(_close_links)
    app.cleanup_ctx.append(_closing)
    return app


async def _close_links(app: web.Application) -> None:
    await app[SANDBOX].slack.cut()


async def _closing(app: web.Application) -> AsyncIterator[None]:
    app[SANDBOX].slack.start()
    app[SANDBOX].stripe.start()
    yield
    await app[SANDBOX].close()
