"""The sandbox's parts, wired once: the clock, what is stored, the doubles, and the bot beside them."""

import logging
import os

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inspector import Inspector
from sandbox.model.api import KEY as MODEL_KEY
from sandbox.model.api import ModelDouble
from sandbox.settings import Settings
from sandbox.slack.api import SlackDouble
from sandbox.slack.cast import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from sandbox.storage import Storage
from sandbox.stripe.api import StripeDouble
from sandbox.stripe.events import WEBHOOK_SECRET
from sandbox.supervisor import BotOutcome, Supervisor

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
BOT_FILES = ("signoff.db*", "signoff.lock")

log = logging.getLogger(__name__)


class Sandbox:
    def __init__(self, settings: Settings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.clock = Clock(settings.home / "clock-offset")
        self.storage = Storage(settings.home / "sandbox.db")
        self.faults = Faults()
        self.changes = Changes()
        self.inspector = Inspector(self.clock, self.changes)
        self.slack = SlackDouble(
            settings, self.storage, self.clock, self.faults, self.changes, self.inspector
        )
        self.stripe = StripeDouble(
            self.storage, self.clock, self.faults, self.inspector, settings.webhook_port
        )
        self.model = ModelDouble(self.storage, self.clock, self.faults, self.inspector)
        self.supervisor = Supervisor(
            settings.command,
            bot_environment(settings),
            settings.home / "bot.log",
            is_linked=lambda: self.slack.carrier.is_open,
            drop_links=self.slack.cut,
            changes=self.changes,
        )

    async def reset(self, people: int, payments: int) -> BotOutcome:
        """A fresh start of both sides, with so many people of each role and so many plain payments.

        The bot comes back with an empty home. Returns when it is ready.
        """
        supervised = bool(self.settings.command)
        if supervised:
            await self.supervisor.kill()
        for pattern in BOT_FILES:
            for file in self.settings.home.glob(pattern):
                file.unlink()
        self.faults.clear()
        self.clock.reset()
        self.slack.reset(people)
        self.stripe.reset(payments)
        self.model.reset()
        self.inspector.clear()
        log.info("reset, with %d people of each role and %d plain payments", people, payments)
        if supervised:
            return await self.supervisor.start()
        return BotOutcome(ok=True, pid=None, ready=self.supervisor.ready)

    async def close(self) -> None:
        """Stops the bot first, so that its last words still find us."""
        await self.supervisor.stop()
        await self.stripe.stop()
        await self.slack.close()
        self.storage.close()


SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)


def bot_environment(settings: Settings) -> dict[str, str]:
    """What tells the bot that its Slack, its Stripe and its model, if it asks one, are here."""
    home = settings.home.resolve()
    # All of it is on this machine, so no proxy gets to see it: some clients would ask one even for 127.0.0.1.
    unproxied = dict.fromkeys(PROXIES, "")
    return (
        _way_in(settings)
        | unproxied
        | {
            "SLACK_API_URL": f"{settings.address}/slack/api/",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "STRIPE_API_KEY": "sk_test_sandbox",
            "STRIPE_API_BASE": f"{settings.address}/stripe",
            "OPENAI_BASE_URL": f"{settings.address}/model/v1",
            "OPENAI_API_KEY": MODEL_KEY,
            "SIGNOFF_HOME": str(home),
            "SIGNOFF_CLOCK_FILE": str(home / "clock-offset"),
            "SIGNOFF_CONFIG": os.environ.get("SIGNOFF_CONFIG", "signoff.toml.example"),
        }
    )


def _way_in(settings: Settings) -> dict[str, str]:
    """Empty is as good as not set, and hides what this process was started with."""
    over_http, webhooks = settings.bot_port is not None, settings.webhook_port is not None
    port = settings.bot_port or settings.webhook_port
    return {
        "SLACK_APP_TOKEN": "" if over_http else APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET if over_http else "",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET if webhooks else "",
        "SIGNOFF_HTTP_HOST": "127.0.0.1" if port else "",
        "SIGNOFF_HTTP_PORT": str(port or ""),
    }
