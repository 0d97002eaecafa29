"""A start that Slack refuses because the app was uninstalled meanwhile: what waits ends by that name.

The bot does not serve. Runs are cancelled, effects that were begun are settled with Stripe, and then it ends.
"""

import asyncio

import structlog

from bot.bootstrap import STRIPE_TIMEOUT_S, installed, stripe_client
from bot.clock import clock_following
from bot.parts import REAL_PARTS, Parts
from bot.settings import Config, Environment
from bot.tracing import hold_back_traces
from store import runs
from store.sqlite import Database
from workflows.approvals.directory import NobodyKnown
from workflows.approvals.last_look import LastLook
from workflows.clock import system_clock
from workflows.drive import Driver
from workflows.effects.stripe_payments import StripePayments
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import SystemOfRecord
from workflows.engine.embedded import EmbeddedEngine
from workflows.patrol.uninstalled import end_what_waits
from workflows.questions.doubts import Doubts

log = structlog.get_logger()

# What is not settled by then is settled at a later start.
WITHIN_S = 30.0
LOOK_EVERY_S = 0.1


async def wind_up(environment: Environment, config: Config, parts: Parts = REAL_PARTS) -> None:
    """Which workspace it was only the file tells: with runs of several in it, none of them is touched.

    Raises StoreError when the file can't be used, and SettingsError for the configuration.
    """
    if not environment.database_file.exists():
        return
    file = environment.signoff_clock_file
    clock = clock_following(file) if file else system_clock
    http = parts.stripe_http(timeout=STRIPE_TIMEOUT_S)
    client = stripe_client(environment, http)
    registry = installed(environment.signoff_config, config, StripePayments(client))
    hold_back_traces(environment)
    database = await parts.database(environment.database_file, clock())
    try:
        tenants = await database.read(runs.open_tenants)
        if len(tenants) != 1:
            return
        [tenant] = tenants
        bells = parts.bells()
        systems: dict[str, SystemOfRecord] = {StripeRefunds.name: parts.refunds(client)}
        ledger = parts.ledger(database, systems, clock, database.boot)
        last_look = LastLook(database, NobodyKnown(), clock)
        doubts = Doubts(database, systems, last_look, clock, database.boot)
        driver = Driver(database, registry, ledger, doubts, last_look, clock, bells)
        engine = EmbeddedEngine(database, driver, tenant, clock, bells)
        log.error("workspace_uninstalled", tenant=tenant, mend="Waiting runs are cancelled.")
        await engine.start()
        try:
            await end_what_waits(database, tenant, clock, bells)
            await _until_all_ended(database)
        finally:
            await engine.stop()
    finally:
        await database.close()
        await http.close_async()  # type: ignore[no-untyped-call]  # stripe-python leaves it bare


async def _until_all_ended(database: Database) -> None:
    for _ in range(round(WITHIN_S / LOOK_EVERY_S)):
        still_open = await database.read(runs.open_tenants)
        if not still_open:
            return
        await asyncio.sleep(LOOK_EVERY_S)
