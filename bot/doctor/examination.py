"""Every check there is, in the order in which a person would mend things."""

import asyncio
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor import database, settings, slack_tokens
from bot.doctor.approvers import check_approvers
from bot.doctor.channels import check_channel
from bot.doctor.finding import Finding
from bot.doctor.model import check_model
from bot.doctor.slack_answers import NO_ANSWER, Refusal, answer
from bot.doctor.stripe_key import check_stripe
from bot.doctor.stripe_webhook import check_webhook
from bot.doctor.workspace import check_workspace
from bot.settings import Config, Environment
from bot.tracing import check_tracing
from workflows.clock import Clock
from workflows.effects.stripe_access import StripeAccess


async def examine(
    environment: Environment, config: Config, slack: AsyncWebClient, access: StripeAccess, clock: Clock
) -> Sequence[Finding]:
    """For `signoff doctor`: everything, each service asked for itself."""
    way_in = await _way_in(environment, slack)
    found = await answer(slack.auth_test())
    findings = [settings.nature(environment)]
    whose: Sequence[Finding] = []
    if isinstance(found, Refusal):
        silent = found.code == NO_ANSWER
        bot_token = (
            slack_tokens.unreachable(slack.base_url) if silent else slack_tokens.bot_token_refused(found.code)
        )
        findings += [bot_token] if silent else [bot_token, way_in]
        findings += await _stripe(environment, access)
    else:
        whose = check_workspace(environment.database_file, str(found["team_id"]))
        findings += [slack_tokens.identity(found), way_in]
        findings += await examine_start(environment, config, slack, access, clock, found)
    findings += [check_model(environment, config), check_tracing(environment)]
    return [*findings, *database.check_database(environment.database_file, clock()), *whose]


async def examine_start(
    environment: Environment,
    config: Config,
    slack: AsyncWebClient,
    access: StripeAccess,
    clock: Clock,
    identity: AsyncSlackResponse,
) -> Sequence[Finding]:
    """What a start looks at besides what it can't do without: nothing here keeps the bot from serving."""
    tenant = str(identity["team_id"])
    workflows = config.workflows.items()
    channels = asyncio.gather(
        *(
            check_channel(slack, name, each.channel, shared_channels=config.slack.shared_channels)
            for name, each in workflows
        )
    )
    approvers = asyncio.gather(
        *(check_approvers(slack, tenant, name, each.approvers, clock()) for name, each in workflows)
    )
    stripe = _stripe(environment, access)
    in_channels, of_approvers, of_stripe = await asyncio.gather(channels, approvers, stripe)
    return [
        *slack_tokens.scopes(identity),
        *slack_tokens.clock(identity, clock()),
        *in_channels,
        *(finding for each in of_approvers for finding in each),
        *of_stripe,
    ]


async def _way_in(environment: Environment, slack: AsyncWebClient) -> Finding:
    if environment.slack_app_token is None:
        return settings.over_http(environment)
    return await slack_tokens.check_app_token(slack, environment.slack_app_token.get_secret_value())


async def _stripe(environment: Environment, access: StripeAccess) -> Sequence[Finding]:
    key = environment.stripe_api_key.get_secret_value()
    of_key = await check_stripe(access, key, live=environment.moves_real_money)
    if any(not each.is_right for each in of_key):
        return of_key
    return [*of_key, *await check_webhook(environment, access)]
