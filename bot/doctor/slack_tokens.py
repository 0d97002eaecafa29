"""Slack's two tokens, the scopes of the bot's, and this machine's clock against Slack's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.finding import Finding
from bot.doctor.slack_answers import NO_ANSWER, Refusal, answer
from bot.slack_errors import Meaning, meaning_of

# What each scope of manifest.yml is for.
SCOPES = {
    "channels:history": "finding its own posts again in public channels",
    "channels:read": "whether a public channel is archived or shared with another organisation",
    "chat:write": "posting cards and replies",
    "commands": "slash commands",
    "groups:history": "finding its own posts again in private channels",
    "groups:read": "the same of a private channel",
    "im:write": "telling a requester directly what can't be told in the channel",
    "usergroups:read": "who is in the approvers' user groups",
    "users:read": "who is active and a full member",
}
# Slack refuses signatures older than five minutes, and approvals expire by this clock.
CLOCK_OFF_MAX = timedelta(seconds=60)


def bot_token_refused(code: str) -> Finding:
    if meaning_of(code) == Meaning.UNINSTALLED:
        return Finding(
            f"SLACK_BOT_TOKEN: Slack says that the app was uninstalled from its workspace: {code}.",
            "Install it again under Install App, and take its new Bot User OAuth Token.",
        )
    return Finding(
        f"SLACK_BOT_TOKEN: Slack refused it: {code}.",
        "Take the Bot User OAuth Token from your Slack app's OAuth & Permissions, after installing the app.",
    )


def app_token_refused(code: str) -> Finding:
    return Finding(
        f"SLACK_APP_TOKEN: Slack refused it: {code}.",
        "Take an app-level token with the scope connections:write, and turn Socket Mode on.",
    )


def unreachable(address: str) -> Finding:
    return Finding(
        f"SLACK_API_URL: Slack did not answer at {address}.",
        "Look at the network, and leave SLACK_API_URL unset for Slack itself.",
    )


async def check_app_token(client: AsyncWebClient, token: str) -> Finding:
    opened = await answer(client.apps_connections_open(app_token=token))
    if not isinstance(opened, Refusal):
        return Finding("Slack app token: Socket Mode opens.")
    return unreachable(client.base_url) if opened.code == NO_ANSWER else app_token_refused(opened.code)


def identity(found: AsyncSlackResponse) -> Finding:
    return Finding(f"Slack bot token: {found['user']} in {found['team']} ({found['team_id']}).")


def scopes(found: AsyncSlackResponse) -> Sequence[Finding]:
    """From the header that Slack sends with each answer."""
    header = found.headers.get("x-oauth-scopes")
    if header is None:
        return []
    granted = {each.strip() for each in str(header).split(",")}
    missing = [each for each in SCOPES if each not in granted]
    if not missing:
        return [Finding(f"Slack scopes: all {len(SCOPES)} of manifest.yml.")]
    return [
        Finding(
            f"Slack scopes: the bot token lacks {each} ({SCOPES[each]}).",
            "Add it in your Slack app's OAuth & Permissions, and install the app again.",
        )
        for each in missing
    ]


def clock(found: AsyncSlackResponse, now: datetime) -> Sequence[Finding]:
    header = found.headers.get("Date")
    if header is None:
        return []
    off = now - parsedate_to_datetime(str(header))
    if abs(off) <= CLOCK_OFF_MAX:
        return [Finding("Clock: agrees with Slack's.")]
    side = "ahead of" if off > timedelta(0) else "behind"
    return [
        Finding(
            f"Clock: this machine is {abs(off).total_seconds():,.0f} s {side} Slack.",
            "Let NTP set the clock: approvals expire by it.",
        )
    ]
