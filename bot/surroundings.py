"""How channels, people and cards stand, as Slack tells it: `workflows.patrol.surroundings` for Slack.

That a channel or a person is as it should be is kept for a minute, so that a hundred runs in one channel cost
one call. What is wrong is read again each time, since somebody may be mending it.
Whether a card is still there costs a call each, at a pace well below Slack's.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.directory import SlackDirectory, person_of
from bot.pace import Pace
from bot.slack_errors import Meaning, refusal
from store.records import Message
from workflows.approvals.policy import Policy, VoterFacts
from workflows.clock import Clock
from workflows.patrol.surroundings import Place, Standing, Uninstalled, Unread

KEPT_FOR = timedelta(minutes=1)
KEPT_MAX = 2_000
# conversations.history may be called about fifty times a minute by an app of one's own:
# https://docs.slack.dev/apis/web-api/rate-limits
CARDS_PER_S = 0.5
CARDS_BURST = 20
TOMBSTONE = "tombstone"

T = TypeVar("T")


class SlackSurroundings:
    """`shared_channels`: whether requests may be shown in channels shared with other organisations."""

    def __init__(
        self,
        client: AsyncWebClient,
        tenant: str,
        directory: SlackDirectory,
        clock: Clock,
        *,
        shared_channels: bool,
    ) -> None:
        self._client = client
        self._tenant = tenant
        self._directory = directory
        self._clock = clock
        self._shared_channels = shared_channels
        self._pace = Pace(CARDS_PER_S, CARDS_BURST)
        self._not_before: dict[str, float] = {}
        self._open: dict[str, datetime] = {}
        self._here: dict[str, tuple[Standing, datetime]] = {}

    async def channel(self, id: str) -> Place:
        place = await self._channel(id)
        return Place.WITHOUT_US if place is None else place

    async def asked_in(self, id: str) -> Place:
        """A direct message is no channel, and whom it is shared with changes nothing: only we two see it."""
        if id.startswith("D"):
            return Place.OPEN
        try:
            place = await self._channel(id)
        except Unread as unread:
            if not unread.answered:
                raise
            return Place.OPEN
        return Place.SHARED if place == Place.SHARED else Place.OPEN

    async def person(self, id: str) -> Standing:
        if id in self._here and self._is_fresh(self._here[id][1]):
            return self._here[id][0]
        try:
            found = (await self._call("users.info", lambda: self._client.users_info(user=id)))["user"]
        except _Refused as refused:
            if refused.meaning != Meaning.NOBODY:
                raise
            found = None
        standing = self._standing(found)
        if standing in (Standing.MEMBER, Standing.GUEST):
            _keep(self._here, id, (standing, self._clock()))
        return standing

    async def is_there(self, card: Message) -> bool:
        """A deleted message with replies leaves a tombstone where it was."""
        await self._pace.turn()
        answer = await self._call(
            "conversations.history",
            lambda: self._client.conversations_history(
                channel=card.channel, oldest=card.ts, latest=card.ts, inclusive=True, limit=1
            ),
        )
        return any(each["ts"] == card.ts and each.get("subtype") != TOMBSTONE for each in answer["messages"])

    async def check_installed(self) -> None:
        await self._call("auth.test", self._client.auth_test)

    def approvers(self, policy: Policy) -> Sequence[VoterFacts]:
        return self._directory.everybody(policy)

    def forget(self, id: str) -> None:
        """What is known about this channel or person may be no longer so."""
        self._open.pop(id, None)
        self._here.pop(id, None)

    async def _channel(self, id: str) -> Place | None:
        """None for a channel Slack does not show us."""
        if id in self._open and self._is_fresh(self._open[id]):
            return Place.OPEN
        try:
            answer = await self._call(
                "conversations.info", lambda: self._client.conversations_info(channel=id)
            )
            found = answer["channel"]
        except _Refused as refused:
            if refused.meaning != Meaning.CHANNEL:
                raise
            # A private channel that Slack shows us no more, one that was deleted, or one that never was.
            return None
        place = place_of(found, shared_channels=self._shared_channels)
        if place == Place.OPEN:
            _keep(self._open, id, self._clock())
        return place

    def _standing(self, found: Mapping[str, Any] | None) -> Standing:
        person = person_of(found, self._tenant, self._clock())
        if not person.active:
            return Standing.GONE
        if not person.of_workspace:
            return Standing.OUTSIDE
        return Standing.MEMBER if person.full_member else Standing.GUEST

    async def _call(
        self, method: str, call: Callable[[], Awaitable[AsyncSlackResponse]]
    ) -> AsyncSlackResponse:
        """Slack counts each method by itself: one that it asked to wait with is not called before."""
        if time.monotonic() < self._not_before.get(method, 0.0):
            raise Unread(f"Slack asked to wait with {method}", answered=False)
        try:
            return await call()
        except SlackApiError as error:
            refused = refusal(error)
            if refused.meaning.ends_access:
                raise Uninstalled(refused.code) from None
            if refused.meaning == Meaning.SLOW_DOWN:
                self._not_before[method] = time.monotonic() + refused.wait_s
            if refused.meaning in (Meaning.SLOW_DOWN, Meaning.DOUBT):
                raise Unread(refused.code, answered=False) from None
            raise _Refused(refused.code, refused.meaning) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unread(str(error) or type(error).__name__, answered=False) from None

    def _is_fresh(self, read_at: datetime) -> bool:
        return abs(self._clock() - read_at) <= KEPT_FOR


def _keep(kept: dict[str, T], id: str, fact: T) -> None:
    if len(kept) >= KEPT_MAX:
        kept.clear()
    kept[id] = fact


class _Refused(Unread):
    """Slack's definite no: `why` is its word."""

    def __init__(self, code: str, meaning: Meaning) -> None:
        super().__init__(code, answered=True)
        self.meaning = meaning


def place_of(found: Mapping[str, Any], *, shared_channels: bool) -> Place:
    """What a conversation object says: https://docs.slack.dev/reference/objects/conversation-object

    Shared between workspaces of one organisation (`is_org_shared`) is not shared with another one. An
    invitation that waits counts: whoever accepts it reads what was said before.
    """
    if found.get("is_archived"):
        return Place.ARCHIVED
    if not found.get("is_member", True):
        return Place.WITHOUT_US
    return Place.SHARED if is_shared(found) and not shared_channels else Place.OPEN


def is_shared(found: Mapping[str, Any]) -> bool:
    pending = found.get("pending_shared") or found.get("pending_connected_team_ids")
    return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared") or pending)
