"""`signoff doctor`: every line, and whether all is well."""

from collections.abc import Sequence

import aiohttp
import stripe

from bot.bootstrap import SLACK_TIMEOUT_S, STRIPE_TIMEOUT_S, installed, slack_client, stripe_client
from bot.clock import clock_following
from bot.doctor import database, settings
from bot.doctor.examination import examine
from bot.doctor.finding import Finding
from bot.settings import Config, Environment, Home, SettingsError, read_config, read_environment
from workflows.clock import system_clock
from workflows.effects.stripe_access import StripeAccess
from workflows.effects.stripe_payments import StripePayments


async def diagnose() -> Sequence[Finding]:
    """Settings first: where they are wrong, the services they name can't be asked."""
    home = Home()
    findings: list[Finding] = []
    environment: Environment | None = None
    config: Config | None = None
    try:
        environment = read_environment()
        findings.append(Finding("Environment: every variable that is needed."))
    except SettingsError as error:
        findings += settings.refused(error)
    try:
        config = read_config(home.signoff_config)
        # Loading a workflow reads no payment, so this needs no key.
        installed(home.signoff_config, config, StripePayments(stripe.StripeClient("sk_test_unused")))
        findings.append(Finding(f"Configuration: {home.signoff_config} is valid."))
    except SettingsError as error:
        findings += settings.refused(error)
    if environment is None or config is None:
        return [*findings, *database.check_database(home.database_file, system_clock())]
    return [*findings, *await _ask_services(environment, config)]


async def _ask_services(environment: Environment, config: Config) -> Sequence[Finding]:
    file = environment.signoff_clock_file
    clock = clock_following(file) if file else system_clock
    stripe_http = stripe.HTTPXClient(timeout=STRIPE_TIMEOUT_S)
    timeout = aiohttp.ClientTimeout(total=SLACK_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http:
            slack = slack_client(environment, http, [])
            access = StripeAccess(stripe_client(environment, stripe_http))
            return await examine(environment, config, slack, access, clock)
    except SettingsError as error:
        return settings.refused(error)
    finally:
        await stripe_http.close_async()  # type: ignore[no-untyped-call]  # untyped in stripe-python
