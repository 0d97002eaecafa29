"""Each workflow's channel: that it exists, and that the bot is in it."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.finding import Finding
from bot.doctor.slack_answers import Refusal, answer


async def check_channel(client: AsyncWebClient, workflow: str, channel: str) -> Finding:
    """Reads one message, which needs no scope but those Signoff has anyway."""
    read = await answer(client.conversations_history(channel=channel, limit=1))
    if not isinstance(read, Refusal):
        return Finding(f"workflows.{workflow}.channel: the bot is in {channel}.")
    return refused(f"workflows.{workflow}.channel", channel, read.code)


def refused(key: str, channel: str, code: str) -> Finding:
    """Pure: what Slack's word means for whoever configured the channel."""
    if code == "channel_not_found":
        return Finding(
            f"{key}: Slack shows the bot no channel {channel}.",
            "Take the id from the channel's details; a private channel needs `/invite @Signoff` first.",
        )
    if code == "not_in_channel":
        return Finding(f"{key}: the bot is not in {channel}.", "Say `/invite @Signoff` there.")
    return Finding(f"{key}: {channel} could not be read: {code}.", "Mend that first, then look again.")
