"""The one composition root: everything is made here, and handed to whoever needs it."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import stripe
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app import slack_app
from bot.clock import clock_following
from bot.directory import SlackDirectory
from bot.doctor import slack_tokens
from bot.doctor.database import refuse_read_only, unusable
from bot.doctor.examination import examine_start
from bot.doctor.finding import Finding, StartRefused, Uninstalled
from bot.doctor.workspace import refuse_foreign
from bot.parts import REAL_PARTS, Parts
from bot.publisher import Publisher
from bot.seal_key import key_to_seal_with
from bot.settings import Config, Environment, SettingsError
from bot.slack_client import SlackClient
from bot.slack_clock import SlackClock
from bot.slack_errors import Meaning, refusal
from bot.stripe_webhooks import StripeWebhooks
from bot.surroundings import SlackSurroundings
from bot.tracing import hold_back_traces
from bot.waiting_once import WaitOnce
from bot.watch import Watch
from bot.way_in import reachable
from store.integrity import Damaged
from store.sqlite import Database
from workflows.any_graph.errors import UnusableGraph
from workflows.approvals.decide import Approvals
from workflows.approvals.last_look import LastLook
from workflows.bells import Bells
from workflows.clock import Clock, system_clock
from workflows.drive import Driver
from workflows.effects.looks import BESIDE_A_WEBHOOK, POLLING_ONLY
from workflows.effects.stripe_access import StripeAccess
from workflows.effects.stripe_payments import StripePayments
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import SystemOfRecord
from workflows.engine.embedded import AT_ONCE_MAX, EmbeddedEngine
from workflows.engine.lookout import Lookout
from workflows.graphs.registry import UnknownWorkflow, load
from workflows.models.chat import ChatModel
from workflows.patrol.installation import Installation
from workflows.patrol.patrol import Patrol
from workflows.questions.doubts import Doubts
from workflows.runs import Runs
from workflows.sealing import Sealer
from workflows.workflow import Registry

log = structlog.get_logger()

STRIPE_TIMEOUT_S = 20
SLACK_TIMEOUT_S = 15
# Sync nodes of brought graphs run here, and so do look-ups of addresses: more threads than drives at once, so
# that runs in a sync node each don't keep the bot from Slack.
THREADS_MAX = AT_ONCE_MAX + 16
# What is wrong is said before "serving" where Slack and Stripe answer soon, and after it where they don't.
CHECKS_WAITED_FOR_S = 1


@asynccontextmanager
async def serving(environment: Environment, config: Config, parts: Parts = REAL_PARTS) -> AsyncIterator[None]:
    """A running bot: entered when clicks are taken. Whatever was started is stopped in reverse order.

    Raises SettingsError, DatabaseInUse or SchemaTooNew, each meant for a person.
    """
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="node")
    )
    hold_back_traces(environment)
    model = parts.model(environment, config)
    file = environment.signoff_clock_file
    clock = clock_following(file) if file else system_clock
    bells = parts.bells()
    async with AsyncExitStack() as running:
        timeout = aiohttp.ClientTimeout(total=SLACK_TIMEOUT_S)
        http = await running.enter_async_context(parts.slack_http(timeout=timeout))
        # Listeners may wait out one short slow-down. The publisher retries by itself, after looking.
        slack_clock = SlackClock(clock)
        listening = slack_client(environment, http, [WaitOnce()], slack_clock)
        publishing = slack_client(environment, http, [], slack_clock)
        identity = await _identity(listening)
        tenant = str(identity["team_id"])
        # Every task from here on inherits it, so every line of the log names the workspace.
        structlog.contextvars.bind_contextvars(tenant=tenant)
        authorized = AuthorizeResult.from_auth_test_response(
            auth_test_response=identity, bot_token=environment.slack_bot_token.get_secret_value()
        )

        stripe_http = parts.stripe_http(timeout=STRIPE_TIMEOUT_S)
        running.push_async_callback(stripe_http.close_async)
        client = stripe_client(environment, stripe_http)
        checks = partial(
            examine_start, environment, config, publishing, StripeAccess(client), clock, identity
        )
        checking = asyncio.create_task(_say_what_is_wrong(checks), name="checks of a start")
        running.callback(checking.cancel)
        registry = installed(environment.signoff_config, config, StripePayments(client), model)
        database = await _database(parts, environment, tenant, clock)
        running.push_async_callback(database.close)
        # Stopped after all others that write, so that its last seal covers everything.
        sealer = Sealer(database, tenant, key_to_seal_with(environment), clock)
        running.push_async_callback(sealer.stop)
        sealer.start()

        systems: dict[str, SystemOfRecord] = {StripeRefunds.name: parts.refunds(client)}
        ledger = parts.ledger(database, systems, clock, database.boot)
        installation = Installation(bells)
        policies = [each.approvers for each in config.workflows.values()]
        directory = SlackDirectory(listening, tenant, policies, clock, installation)
        last_look = LastLook(database, directory, clock)
        doubts = Doubts(database, systems, last_look, clock, database.boot)
        driver = Driver(database, registry, ledger, doubts, last_look, clock, bells)
        engine = EmbeddedEngine(database, driver, tenant, clock, bells)
        webhooks = _webhooks(environment, database, tenant, clock, bells)
        widening = BESIDE_A_WEBHOOK if webhooks else POLLING_ONLY
        lookout = Lookout(database, systems, tenant, widening, clock, bells)
        surroundings = SlackSurroundings(
            publishing, tenant, directory, clock, shared_channels=config.slack.shared_channels
        )
        patrol = Patrol(database, surroundings, installation, tenant, clock, bells)
        watch = Watch(database, patrol, surroundings, directory, installation)
        poster = parts.poster(publishing, database, registry, patrol, slack_clock)
        publisher = Publisher(database, poster, watch, tenant, config.slack, clock, bells)
        app = slack_app(
            listening,
            authorized,
            database,
            registry,
            Runs(database, clock, bells),
            Approvals(database, directory, clock, bells),
            directory,
            watch,
            clock,
        )

        running.push_async_callback(directory.stop)
        await directory.start()
        running.push_async_callback(engine.stop)
        await engine.start()
        running.push_async_callback(lookout.stop)
        lookout.start()
        running.push_async_callback(publisher.stop)
        publisher.start()
        running.push_async_callback(patrol.stop)
        await patrol.start()
        if webhooks is not None:
            learning = webhooks.learn_account(StripeAccess(client))
            running.callback(asyncio.create_task(learning, name="Stripe account").cancel)
        doors = [webhooks.door] if webhooks else []
        await running.enter_async_context(
            reachable(environment, config.slack, app, listening, parts.slack_socket, doors)
        )
        await asyncio.wait({checking}, timeout=CHECKS_WAITED_FOR_S)
        log.info("serving", tenant=tenant, workflows=sorted(config.workflows), boot=database.boot)
        yield


def _webhooks(
    environment: Environment, database: Database, tenant: str, clock: Clock, bells: Bells
) -> StripeWebhooks | None:
    """None where none is set up: then Stripe is asked alone, and more often."""
    secret = environment.stripe_webhook_secret
    if secret is None:
        return None
    live = environment.moves_real_money
    return StripeWebhooks(database, tenant, secret.get_secret_value(), live, clock, bells)


async def _database(parts: Parts, environment: Environment, tenant: str, clock: Clock) -> Database:
    file = environment.database_file
    refuse_read_only(file)
    for finding in refuse_foreign(file, tenant):
        log.warning(finding.said, check="start")
    try:
        database = await parts.database(file, clock())
    except (Damaged, sqlite3.Error, OSError) as error:
        raise StartRefused(unusable(file, str(error))) from None
    if not database.is_checked:
        text = "`signoff doctor` and `signoff backup` read all of it."
        log.warning("database_too_big_to_check_at_start", file=str(file), mend=text)
    return database


async def _say_what_is_wrong(checks: Callable[[], Awaitable[Sequence[Finding]]]) -> None:
    """What does not keep the bot from serving is said all the same, in the words of `signoff doctor`."""
    for finding in await checks():
        if not finding.is_right:
            log.warning(finding.said, check="start")


def slack_client(
    environment: Environment,
    http: aiohttp.ClientSession,
    retry_handlers: list[AsyncRetryHandler],
    slack_clock: SlackClock | None = None,
) -> AsyncWebClient:
    """All clients share one pool of connections. slack_sdk's own retry after a cut connection is left out:
    a post whose answer was lost is looked for before it is posted again."""
    return SlackClient(
        heard=slack_clock.heard if slack_clock else None,
        token=environment.slack_bot_token.get_secret_value(),
        base_url=environment.slack_api_url,
        session=http,
        retry_handlers=retry_handlers,
    )


def installed(
    file: Path, config: Config, payments: StripePayments, model: ChatModel | None = None
) -> Registry:
    """The workflows that `file` configures. Raises SettingsError, which names the file and the key."""
    _import_from_here()
    try:
        return load(config.workflows, payments, model)
    except (UnknownWorkflow, UnusableGraph) as error:
        raise SettingsError(f"{file}: {error}") from None


def _import_from_here() -> None:
    """A brought graph may lie in the working directory, as for `python -m`, but shadows nothing installed."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)


async def _identity(client: AsyncWebClient) -> AsyncSlackResponse:
    """Who we are in which workspace. Raises SettingsError when Slack won't say."""
    try:
        return await client.auth_test()
    except SlackApiError as error:
        refused = refusal(error)
        if refused.meaning in (Meaning.SLOW_DOWN, Meaning.DOUBT):
            raise StartRefused(slack_tokens.unreachable(client.base_url)) from None
        raised = Uninstalled if refused.meaning == Meaning.UNINSTALLED else StartRefused
        raise raised(slack_tokens.bot_token_refused(refused.code)) from None
    except (aiohttp.ClientError, TimeoutError):
        raise StartRefused(slack_tokens.unreachable(client.base_url)) from None


def stripe_client(environment: Environment, http: stripe.HTTPXClient) -> stripe.StripeClient:
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
