"""Posts whose answer was lost, looked for where they would stand: known by their metadata.

`chat.postMessage` takes no idempotency key. So nothing whose answer was lost is posted again before all that
was said around the time of its call, by Slack's clock, has been read, however slowly Slack hands it out: an
app sold outside the Marketplace gets fifteen messages a page and a page a minute. A look that is interrupted
goes on where it was. One that can't be finished ends by name, and never by a second post.
https://docs.slack.dev/reference/methods/conversations.history
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ids import EVENT_TYPE
from bot.slack_clock import SlackClock
from bot.slack_errors import refusal
from store.records import Message, Outgoing

# A call was made at `sending_at`, or broken off by then, a time-out of 15 s after it was begun. So far before
# and after it the message may stand, with our two clocks half a minute apart.
BEFORE = timedelta(seconds=60)
AFTER = timedelta(seconds=120)
# How long after that a call whose caller has gone may still take effect.
UNDER_WAY = timedelta(seconds=5)
PAGE_MESSAGES = 200
# Ten thousand messages in three minutes, or six hundred with fifteen a page.
PAGES_MAX = 50
LOOKS_MAX = 1_000


class StillUnderWay(Exception):
    """Slack does not have the message, and its latest call is too young to say that it never will."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait.total_seconds():.0f} s")
        self.wait = wait


class TooManyToLookThrough(Exception):
    """More messages stand where a lost one is looked for than are ever read: it may be among them."""


@dataclass(frozen=True)
class Found:
    """Where a row's message was found."""

    row: Outgoing
    ts: str


@dataclass
class _Look:
    """How far a look has come, by Slack's cursor."""

    cursor: str | None = None
    pages: int = 0


class Lookback:
    """`page` and `pages_max` bound one look."""

    def __init__(
        self,
        client: AsyncWebClient,
        slack_clock: SlackClock,
        page: int = PAGE_MESSAGES,
        pages_max: int = PAGES_MAX,
    ) -> None:
        self._client = client
        self._slack_clock = slack_clock
        self._page_messages = page
        self._pages_max = pages_max
        self._begun: dict[tuple[str, datetime], _Look] = {}

    async def find(self, rows: Sequence[Outgoing], root: Message | None) -> Sequence[Found]:
        """Those rows of an earlier try that Slack has. None: it has none of them, and never will.

        `root` is the message that replies hang under. Raises StillUnderWay, TooManyToLookThrough, and what
        the Slack client raises.
        """
        lost = [row for row in rows if row.state == "sending" and row.sending_at is not None]
        if not lost:
            return []
        found = await self._look(lost, root)
        if not found:
            self._refuse_while_under_way(lost)
        return found

    async def _look(self, lost: Sequence[Outgoing], root: Message | None) -> Sequence[Found]:
        began = [row.sending_at for row in lost if row.sending_at is not None]
        first, last = min(began), max(began)
        look = self._at(lost[0].id, last)
        wanted = {row.id: row for row in lost}
        found: list[Found] = []
        while True:
            page = await self._page(lost[0], root, first - BEFORE, last + AFTER, look)
            for message in page["messages"] or []:
                ids = [id for id in _outbox_ids(message) if id in wanted]
                found += [Found(wanted.pop(id), str(message["ts"])) for id in ids]
            look.cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if found or not look.cursor:
                # Rows that went out together stand in one message: where one is, all are.
                del self._begun[lost[0].id, last]
                return found

    async def _page(
        self, row: Outgoing, root: Message | None, oldest: datetime, latest: datetime, look: _Look
    ) -> Any:
        if look.pages >= self._pages_max:
            raise TooManyToLookThrough(f"more than {self._pages_max} pages")
        where: dict[str, Any] = {
            "oldest": f"{oldest.timestamp():.6f}",
            "latest": f"{latest.timestamp():.6f}",
            "limit": self._page_messages,
            "cursor": look.cursor,
            "include_all_metadata": True,
        }
        try:
            if row.follows and root:
                page = await self._client.conversations_replies(channel=root.channel, ts=root.ts, **where)
            else:
                page = await self._client.conversations_history(channel=row.channel, **where)
        except SlackApiError as error:
            if refusal(error).code == "invalid_cursor":
                look.cursor = None
            raise
        look.pages += 1
        return page

    def _at(self, id: str, last: datetime) -> _Look:
        """The look at this call that was interrupted, or a new one."""
        if len(self._begun) >= LOOKS_MAX:
            self._begun.clear()
        return self._begun.setdefault((id, last), _Look())

    def _refuse_while_under_way(self, lost: Sequence[Outgoing]) -> None:
        """A call that was cut off a moment ago may still arrive; posting now could make two of it."""
        last = max(row.sending_at for row in lost if row.sending_at is not None)
        wait = last + UNDER_WAY - self._slack_clock()
        if wait > timedelta(0):
            raise StillUnderWay(wait)


def _outbox_ids(message: dict[str, Any]) -> Sequence[str]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return []
    return str(metadata.get("event_payload", {}).get("outbox", "")).split(",")
