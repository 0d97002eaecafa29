"""One message to Slack: rendered from what is stored now, posted or changed, or found again.

A form that Slack refuses is tried simpler, as long as there is a simpler one.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.ids import EVENT_TYPE
from bot.lookback import Lookback
from bot.slack_clock import SlackClock
from bot.slack_errors import Meaning, refusal
from bot.views import simpler, thread
from bot.views.blocks import Rendered
from bot.views.card import card, emptied
from bot.whispering import Whisperer
from store import outbox, seals
from store.identity import canonical_json, digest
from store.records import OutboxKind, Outgoing
from store.sqlite import Database
from store.transaction import Transaction
from workflows import story
from workflows.patrol.patrol import Patrol
from workflows.story import Story
from workflows.withdrawal import Why, withdrawn
from workflows.workflow import Registry

log = structlog.get_logger()

# Awaited before each message: the pace of its channel.
Turn = Callable[[], Awaitable[None]]
Call = Callable[[Rendered], Awaitable[AsyncSlackResponse]]


@dataclass(frozen=True)
class Post:
    """A row that is with Slack now; `ts` names the new message, where there is one. `shown` is the digest of
    a card as it stands there now, where we know it. `refused` is Slack's word when it took only a form in
    which nobody can decide what is asked."""

    row: Outgoing
    channel: str
    ts: str | None
    shown: str | None = None
    refused: str = ""


class Withheld(Exception):
    """The channel is closed to this run: nothing of it is said there."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Poster:
    """Raises what the Slack client raises: SlackApiError for a no, aiohttp's errors for no answer."""

    def __init__(
        self,
        client: AsyncWebClient,
        database: Database,
        registry: Registry,
        patrol: Patrol,
        slack_clock: SlackClock,
    ) -> None:
        self._client = client
        self._patrol = patrol
        self._database = database
        self._registry = registry
        self._slack_clock = slack_clock
        self._lookback = Lookback(client, slack_clock)
        self._whisperer = Whisperer(client)

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
            await self._whisperer.whisper(first, self._headline(told))
            return [Post(first, first.channel, None)]
        _refuse_where_closed(first, told)
        if first.kind == OutboxKind.CARD:
            return await self._change_card(rows, told, turn)
        if first.kind == OutboxKind.ROOT:
            told = await self._admitted(first)
        found = await self._lookback.find(rows, told.root)
        if found:
            return [Post(each.row, first.channel, each.ts) for each in found]
        return await self._post(rows, told, turn)

    async def _admitted(self, root: Outgoing) -> Story:
        """The run as it stands once its surroundings were looked at: it may have been cancelled by that."""
        why = await self._patrol.admit(root.run)
        if why is not None:
            raise Withheld(why)
        told = await self._database.read(lambda tx: story.tell(tx, root.tenant, root.run))
        if told is None:
            raise ValueError(f"outbox row {root.id} belongs to no run")
        return told

    async def _post(self, rows: Sequence[Outgoing], told: Story, turn: Turn) -> Sequence[Post]:
        metadata = {
            "event_type": EVENT_TYPE,
            "event_payload": {"outbox": ",".join(row.id for row in rows)},
        }

        async def call(shown: Rendered) -> AsyncSlackResponse:
            await self._about_to_send(rows)
            try:
                return await self._client.chat_postMessage(
                    channel=rows[0].channel,
                    text=shown.text,
                    blocks=shown.blocks,
                    thread_ts=told.root.ts if told.root and rows[0].follows else None,
                    metadata=metadata,
                    unfurl_links=False,
                    unfurl_media=False,
                )
            except aiohttp.ClientConnectorError:
                raise
            except (aiohttp.ClientError, TimeoutError):
                # It was under way until now, and may arrive yet.
                await self._about_to_send(rows)
                raise

        taken, answer, refused = await self._in_some_form(self._render(rows, told), told, turn, call)
        seen = _digest(taken) if rows[0].kind == OutboxKind.ROOT else None
        return [Post(row, str(answer["channel"]), str(answer["ts"]), seen, refused) for row in rows]

    async def _about_to_send(self, rows: Sequence[Outgoing]) -> None:
        """Recorded before the call, by Slack's clock, so that it is known where to look for the message."""
        if not self._slack_clock.is_sure:
            self._slack_clock.heard((await self._client.auth_test()).headers)
        await self._database.write(partial(_mark_sending, rows=rows, now=self._slack_clock()))

    async def _change_card(self, rows: Sequence[Outgoing], told: Story, turn: Turn) -> Sequence[Post]:
        root = told.root
        if root is None:
            raise ValueError(f"card of {told.run.id} changed before it was posted")
        is_closed = told.run.withdrawn_for == Why.CHANNEL_SHARED
        shown = emptied(told) if is_closed else card(told, self._headline(told))
        if _digest(shown) == root.shown:
            return [Post(row, root.channel, None, root.shown) for row in rows]
        metadata = await self._witness(told)

        async def call(shown: Rendered) -> AsyncSlackResponse:
            return await self._client.chat_update(
                channel=root.channel, ts=root.ts, text=shown.text, blocks=shown.blocks, metadata=metadata
            )

        taken, _, refused = await self._in_some_form(shown, told, turn, call)
        return [Post(row, root.channel, None, _digest(taken), refused) for row in rows]

    async def _in_some_form(
        self, shown: Rendered, told: Story, turn: Turn, call: Call
    ) -> tuple[Rendered, AsyncSlackResponse, str]:
        """The form Slack took, its answer, and its word for refusing the others if nobody can decide in it.

        Raises the refusal of the last form.
        """
        simpler_ones: Iterator[Rendered] = simpler.forms(shown, told.run.id)
        form, word = shown, ""
        while True:
            await turn()
            try:
                answer = await call(form)
            except SlackApiError as error:
                refused = refusal(error)
                following = next(simpler_ones, None) if refused.meaning == Meaning.SIMPLER else None
                if following is None:
                    raise
                log.warning("message_made_simpler", run=told.run.id, error=refused.code)
                form, word = following, refused.code
            else:
                is_lost = simpler.can_be_approved(shown) and not simpler.can_be_approved(form)
                return form, answer, word if is_lost else ""

    async def _witness(self, told: Story) -> dict[str, object]:
        """What stays with the card: its outbox id, and of a run that has ended how the record stood then."""
        tenant, run = told.run.tenant, told.run.id
        ended = not told.run.status.is_open
        kept = await self._database.read(lambda tx: seals.witness(tx, tenant, run)) if ended else {}
        return {
            "event_type": EVENT_TYPE,
            "event_payload": {"outbox": outbox.root_id(tenant, run), **kept},
        }

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
