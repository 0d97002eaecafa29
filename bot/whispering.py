"""What one person alone is told: a whisper where they asked, or a direct message where that can't reach them.

Neither can be found again, so one whose answer was lost is said once more.
"""

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import Meaning, refusal
from bot.views import undelivered
from store.records import Outgoing
from workflows.undelivered import UNSEEN

log = structlog.get_logger()

# Where a whisper can't reach a person, a direct message can.
UNREACHABLE = frozenset([Meaning.CHANNEL, Meaning.NOT_THERE, Meaning.NOBODY])


class Whisperer:
    """Raises what the Slack client raises."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def whisper(self, row: Outgoing, headline: str) -> None:
        user, text = str(row.body["user"]), _text(row, headline)
        if row.body.get("direct"):
            await self._directly(user, text)
            return
        try:
            await self._client.chat_postEphemeral(channel=row.channel, user=user, text=text)
        except SlackApiError as error:
            if refusal(error).meaning not in UNREACHABLE:
                raise
            await self._directly(user, text)

    async def _directly(self, user: str, text: str) -> None:
        try:
            opened = await self._client.conversations_open(users=user)
        except SlackApiError as error:
            refused = refusal(error)
            if refused.meaning != Meaning.NOBODY:
                raise
            # They have left, or were deactivated: nobody can be told.
            log.info("nobody_to_tell", user=user, error=refused.code)
            return
        await self._client.chat_postMessage(channel=opened["channel"]["id"], text=text)


def _text(row: Outgoing, headline: str) -> str:
    unseen = row.body.get(UNSEEN)
    if isinstance(unseen, dict):
        return undelivered.unseen(headline, str(unseen["channel"]), str(unseen["code"]))
    return undelivered.about(headline, str(row.body["text"]))
