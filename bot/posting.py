"""One message to Slack: rendered from what is stored now, posted, changed or whispered, or found again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.ids import EVENT_TYPE
from bot.views import thread
from bot.views.blocks import Rendered
from bot.views.card import card, emptied
from bot.views.mrkdwn import escape
from store import outbox, seals
from store.identity import canonical_json, digest
from store.records import ApprovalStatus, Message, OutboxKind, Outgoing
from store.sqlite import Database
from store.transaction import Transaction
from workflows import story
from workflows.clock import Clock
from workflows.patrol.patrol import Patrol
from workflows.story import Story
from workflows.withdrawal import Why, withdrawn
from workflows.workflow import Registry

log = structlog.get_logger()

# Awaited before each message: the pace of its channel.
Turn = Callable[[], Awaitable[None]]

# How long after its beginning a call whose caller has gone may still take effect.
UNDER_WAY = timedelta(seconds=5)
FOUND_PAGE = 200
FOUND_PAGES_MAX = 10
# Where a whisper can't reach a person, a direct message can.
UNREACHABLE = frozenset(["not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"])
# The person has left, or was deactivated: nobody can be told.
NOBODY_THERE = frozenset(["user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot"])


@dataclass(frozen=True)
class Post:
    """A row that is with Slack now; `ts` names the new message, where there is one. `shown` is the digest of
    a card as it stands there now, where we know it."""

    row: Outgoing
    channel: str
    ts: str | None
    shown: str | None = None


class StillUnderWay(Exception):
    """Slack does not have the message, and its latest call is too young to say that it never will."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"wait until {until:%H:%M:%S}")
        self.until = until


class Withheld(Exception):
    """The channel is closed to this run: nothing of it is said there."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Poster:
    """Raises what the Slack client raises: SlackApiError for a no, aiohttp's errors for no answer."""

    def __init__(
        self, client: AsyncWebClient, database: Database, registry: Registry, clock: Clock, patrol: Patrol
    ) -> None:
        self._client = client
        self._patrol = patrol
        self._database = database
        self._registry = registry
        self._clock = clock

    async def send(self, rows: Sequence[Outgoing], turn: Turn) -> Sequence[Post]:
        """Sends rows of one run that go out together; returns those that are with Slack afterwards.

        Awaits `turn` before each message. A card that looks as it did is not sent again.
        """
        first = rows[0]
        told = await self._database.read(lambda tx: story.tell(tx, first.tenant, first.run))
        if told is None:
            raise ValueError(f"outbox row {first.id} belongs to no run")
        if first.kind == OutboxKind.WHISPER:
            await turn()
            return await self._whisper(first, told)
        _refuse_where_closed(first, told)
        if first.kind == OutboxKind.CARD:
            return await self._change_card(rows, told, turn)
        if first.kind == OutboxKind.ROOT:
            told = await self._admitted(first)
        if any(row.state == "sending" for row in rows):
            found = await self._find(rows, told.root)
            if found:
                return found
            self._refuse_while_under_way(rows)
        await turn()
        await self._database.write(partial(_mark_sending, rows=rows, now=self._clock()))
        return await self._post(rows, told)

    async def _admitted(self, root: Outgoing) -> Story:
        """The run as it stands once its surroundings were looked at: it may have been cancelled by that."""
        why = await self._patrol.admit(root.run)
        if why is not None:
            raise Withheld(why)
        told = await self._database.read(lambda tx: story.tell(tx, root.tenant, root.run))
        if told is None:
            raise ValueError(f"outbox row {root.id} belongs to no run")
        return told

    async def tell_requester(self, row: Outgoing, code: str) -> None:
        """Last resort for a message Slack refuses: the person who asked learns that nobody saw it."""
        told = await self._database.read(lambda tx: story.tell(tx, row.tenant, row.run))
        if told is None:
            return
        what = escape(self._headline(told))
        if row.kind == OutboxKind.REPLY and row.body.get("mention") == told.run.requester:
            text = f"About your request for {what}: {escape(str(row.body['text']))}"
            await self._direct_message(told.run.requester, text)
            return
        if not _is_needed_to_decide(row, told):
            return
        text = f"Slack refused to show {what} in <#{row.channel}> ({code}), so nobody can approve it there."
        await self._direct_message(told.run.requester, text)

    def _refuse_while_under_way(self, rows: Sequence[Outgoing]) -> None:
        """A call that was cut off a moment ago may still arrive; posting now could make two of it."""
        began = [row.sending_at for row in rows if row.sending_at is not None]
        until = max(began, default=self._clock()) + UNDER_WAY
        if self._clock() < until:
            raise StillUnderWay(until)

    async def _post(self, rows: Sequence[Outgoing], told: Story) -> Sequence[Post]:
        shown = self._render(rows, told)
        answer = await self._client.chat_postMessage(
            channel=rows[0].channel,
            text=shown.text,
            blocks=shown.blocks,
            thread_ts=told.root.ts if told.root and rows[0].follows else None,
            metadata={
                "event_type": EVENT_TYPE,
                "event_payload": {"outbox": ",".join(row.id for row in rows)},
            },
            unfurl_links=False,
            unfurl_media=False,
        )
        seen = _digest(shown) if rows[0].kind == OutboxKind.ROOT else None
        return [Post(row, str(answer["channel"]), str(answer["ts"]), seen) for row in rows]

    async def _change_card(self, rows: Sequence[Outgoing], told: Story, turn: Turn) -> Sequence[Post]:
        if told.root is None:
            raise ValueError(f"card of {told.run.id} changed before it was posted")
        is_closed = told.run.withdrawn_for == Why.CHANNEL_SHARED
        shown = emptied(told) if is_closed else card(told, self._headline(told))
        seen = _digest(shown)
        if seen != told.root.shown:
            await turn()
            await self._client.chat_update(
                channel=told.root.channel,
                ts=told.root.ts,
                text=shown.text,
                blocks=shown.blocks,
                metadata=await self._witness(told),
            )
        return [Post(row, told.root.channel, None, seen) for row in rows]

    async def _witness(self, told: Story) -> dict[str, object]:
        """What stays with the card: its outbox id, and of a run that has ended how the record stood then."""
        tenant, run = told.run.tenant, told.run.id
        ended = not told.run.status.is_open
        kept = await self._database.read(lambda tx: seals.witness(tx, tenant, run)) if ended else {}
        return {
            "event_type": EVENT_TYPE,
            "event_payload": {"outbox": outbox.root_id(tenant, run), **kept},
        }

    async def _whisper(self, row: Outgoing, told: Story) -> Sequence[Post]:
        about = f"About your request for {self._headline(told)}: {row.body['text']}"
        user, text = str(row.body["user"]), escape(about)
        if row.body.get("direct"):
            await self._direct_message(user, text)
            return [Post(row, row.channel, None)]
        try:
            await self._client.chat_postEphemeral(channel=row.channel, user=user, text=text)
        except SlackApiError as error:
            if error.response.get("error") not in UNREACHABLE:
                raise
            await self._direct_message(user, text)
        return [Post(row, row.channel, None)]

    async def _direct_message(self, user: str, text: str) -> None:
        try:
            opened = await self._client.conversations_open(users=user)
        except SlackApiError as error:
            if error.response.get("error") not in NOBODY_THERE:
                raise
            log.info("nobody_to_tell", user=user, error=error.response.get("error"))
            return
        await self._client.chat_postMessage(channel=opened["channel"]["id"], text=text)

    async def _find(self, rows: Sequence[Outgoing], root: Message | None) -> Sequence[Post]:
        """Rows of an earlier try whose answer was lost, if Slack has them: known by their metadata."""
        wanted = {row.id: row for row in rows if row.state == "sending"}
        found: list[Post] = []
        cursor = None
        for _ in range(FOUND_PAGES_MAX):
            page = await self._page(rows[0], root, cursor)
            for message in page["messages"]:
                for id in _outbox_ids(message):
                    if id in wanted:
                        found.append(Post(wanted.pop(id), rows[0].channel, str(message["ts"])))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not wanted or not cursor:
                break
        return found

    async def _page(self, row: Outgoing, root: Message | None, cursor: str | None) -> Any:
        if row.follows and root:
            return await self._client.conversations_replies(
                channel=root.channel, ts=root.ts, limit=FOUND_PAGE, cursor=cursor, include_all_metadata=True
            )
        return await self._client.conversations_history(
            channel=row.channel,
            oldest=f"{row.created_at.timestamp() - 60:.6f}",
            limit=FOUND_PAGE,
            cursor=cursor,
            include_all_metadata=True,
        )

    def _render(self, rows: Sequence[Outgoing], told: Story) -> Rendered:
        first = rows[0]
        match first.kind:
            case OutboxKind.ROOT:
                return card(told, self._headline(told))
            case OutboxKind.ASK:
                return thread.asks(told, str(first.body.get("says", "")))
            case OutboxKind.STEP:
                return thread.steps(
                    [thread.StepLine(str(row.body["node"]), str(row.body["text"])) for row in rows]
                )
            case _:
                return thread.reply(str(first.body["text"]), _called_by(first))

    def _headline(self, told: Story) -> str:
        return self._registry.headline(told.run.workflow, told.run.input)


def _refuse_where_closed(row: Outgoing, told: Story) -> None:
    """A card that others can read now is emptied; else nothing is said where nobody may, or can, hear."""
    withdrawal = withdrawn(told.run)
    if withdrawal is None or not withdrawal.why.closes_the_channel:
        return
    if withdrawal.why == Why.CHANNEL_SHARED and row.kind == OutboxKind.CARD and told.root:
        return
    raise Withheld(withdrawal.why)


def _is_needed_to_decide(row: Outgoing, told: Story) -> bool:
    """The card carries the buttons, the question calls those who may press them."""
    pending = told.approval is not None and told.approval.status == ApprovalStatus.PENDING
    return row.kind in (OutboxKind.ROOT, OutboxKind.ASK) or (row.kind == OutboxKind.CARD and pending)


def _called_by(row: Outgoing) -> tuple[str, ...]:
    """Whom a reply calls: first of all the one it is for."""
    also = row.body.get("also")
    names = [row.body.get("mention"), *(also if isinstance(also, list) else [])]
    return tuple(str(each) for each in names if each)


def _digest(shown: Rendered) -> str:
    return digest(shown.text, canonical_json(shown.blocks))


def _mark_sending(tx: Transaction, rows: Sequence[Outgoing], now: datetime) -> None:
    for row in rows:
        outbox.mark_sending(tx, row, now)


def _outbox_ids(message: dict[str, Any]) -> Sequence[str]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return []
    return str(metadata.get("event_payload", {}).get("outbox", "")).split(",")
