"""Each workflow's channel: that it exists, is in use, is not shared, and that the bot is in it."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.finding import Finding
from bot.doctor.slack_answers import Refusal, answer
from bot.surroundings import place_of
from workflows.patrol.surroundings import Place


async def check_channel(
    client: AsyncWebClient, workflow: str, channel: str, *, shared_channels: bool
) -> Finding:
    """In the words of whoever configured it. Cards in such a channel end their requests by name."""
    key = f"workflows.{workflow}.channel"
    found = await answer(client.conversations_info(channel=channel))
    if isinstance(found, Refusal):
        return refused(key, channel, found.code)
    return judged(key, channel, place_of(found["channel"], shared_channels=shared_channels))


def judged(key: str, channel: str, place: Place) -> Finding:
    """Pure."""
    match place:
        case Place.ARCHIVED:
            return Finding(
                f"{key}: {channel} is archived.", "Unarchive it in Slack, or name another channel."
            )
        case Place.WITHOUT_US:
            return refused(key, channel, "not_in_channel")
        case Place.SHARED:
            return Finding(
                f"{key}: {channel} is shared with another organisation, or about to be.",
                "Name another channel, or set `shared_channels = true` under [slack] if that is meant.",
            )
        case Place.OPEN:
            return Finding(f"{key}: the bot is in {channel}.")


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
