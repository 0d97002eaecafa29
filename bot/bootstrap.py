"""The one composition root: everything is made here, and handed to whoever needs it."""

import aiohttp
import stripe
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app import slack_app
from bot.clock import clock_following
from bot.directory import SlackDirectory
from bot.posting import Poster
from bot.publisher import Publisher
from bot.settings import Config, Environment, SettingsError
from store.sqlite import Database
from workflows.approvals.decide import Approvals
from workflows.bells import Bells
from workflows.clock import system_clock
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_payments import StripePayments
from workflows.effects.stripe_refund import StripeRefunds
from workflows.engine.embedded import EmbeddedEngine
from workflows.graphs.registry import UnknownWorkflow, load
from workflows.runs import Runs
from workflows.workflow import Registry

log = structlog.get_logger()

STRIPE_TIMEOUT_S = 20
SLACK_TIMEOUT_S = 15


class Bot:
    """A running bot. `start` returns when clicks are taken."""

    def __init__(self, environment: Environment, config: Config) -> None:
        self._environment = environment
        self._config = config

    async def start(self) -> None:
        environment, config = self._environment, self._config
        file = environment.signoff_clock_file
        clock = clock_following(file) if file else system_clock
        bells = Bells()

        # Listeners may wait out one rate limit; the publisher keeps its own pace.
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT_S))
        listening = self._slack()
        listening.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
        identity = await _identity(listening)
        tenant = str(identity["team_id"])
        authorized = AuthorizeResult.from_auth_test_response(
            auth_test_response=identity, bot_token=environment.slack_bot_token.get_secret_value()
        )

        self._stripe_http = stripe.HTTPXClient(timeout=STRIPE_TIMEOUT_S)
        client = _stripe(environment, self._stripe_http)
        registry = self._registry(StripePayments(client))
        self._database = database = await Database.open(environment.database_file, clock())
        refunds = StripeRefunds(client)
        ledger = Ledger(database, {refunds.name: refunds}, clock, database.boot)
        driver = Driver(database, registry, ledger, clock, bells)
        policies = [each.approvers for each in config.workflows.values()]
        self._directory = directory = SlackDirectory(listening, tenant, policies, clock)
        self._engine = EmbeddedEngine(database, driver, tenant, clock, bells)
        poster = Poster(self._slack(), database, registry)
        self._publisher = Publisher(database, poster, tenant, config.slack, clock, bells)
        approvals = Approvals(database, directory, clock, bells)
        app = slack_app(
            listening,
            authorized,
            database,
            registry,
            Runs(database, clock, bells),
            approvals,
            directory,
            clock,
        )
        self._socket = AsyncSocketModeHandler(
            app, environment.slack_app_token.get_secret_value(), web_client=listening
        )

        await directory.start()
        await self._engine.start()
        self._publisher.start()
        await self._connect()
        log.info("serving", tenant=tenant, workflows=sorted(config.workflows), boot=database.boot)

    def _registry(self, payments: StripePayments) -> Registry:
        try:
            return load(self._config.workflows, payments)
        except UnknownWorkflow as error:
            raise SettingsError(f"{self._environment.signoff_config}: {error}") from None

    async def _connect(self) -> None:
        try:
            await self._socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare
        except SlackApiError as error:
            raise SettingsError(f"SLACK_APP_TOKEN: Slack refused it: {error.response['error']}") from None

    async def stop(self) -> None:
        """In the order in which nothing new can arrive at what is gone."""
        await self._socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare
        await self._engine.stop()
        await self._publisher.stop()
        await self._directory.stop()
        await self._database.close()
        await self._stripe_http.close_async()  # type: ignore[no-untyped-call]  # stripe leaves it bare
        await self._http.close()

    def _slack(self) -> AsyncWebClient:
        """All clients share one pool of connections."""
        return AsyncWebClient(
            token=self._environment.slack_bot_token.get_secret_value(),
            base_url=self._environment.slack_api_url,
            session=self._http,
        )


async def _identity(client: AsyncWebClient) -> AsyncSlackResponse:
    """Who we are in which workspace. Raises SettingsError when Slack won't say."""
    try:
        return await client.auth_test()
    except SlackApiError as error:
        raise SettingsError(f"SLACK_BOT_TOKEN: Slack refused it: {error.response['error']}") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise SettingsError(f"SLACK_API_URL: Slack did not answer at {client.base_url}: {error}") from None


def _stripe(environment: Environment, http: stripe.HTTPXClient) -> stripe.StripeClient:
    """No retries of its own: the ledger retries, and only after reading."""
    base = environment.stripe_api_base
    if base is None and environment.in_sandbox:
        raise SettingsError("STRIPE_API_BASE: must name the sandbox's Stripe when Slack is the sandbox's")
    return stripe.StripeClient(
        environment.stripe_api_key.get_secret_value(),
        base_addresses={"api": base} if base else {},
        max_network_retries=0,
        http_client=http,
    )
