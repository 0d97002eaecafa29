"""Who is in which group, and who is a full member: read from Slack, kept in memory for a short while.

A click is judged on facts from memory. They are read again every minute, and once more at a click that finds
them too old; if that fails they stay old, and the policy says no.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import RETRY_AFTER_MAX_S, Meaning, Refusal, refusal
from workflows.approvals.policy import FACTS_FRESH_FOR, Policy, VoterFacts
from workflows.clock import Clock
from workflows.patrol.installation import Installation

log = structlog.get_logger()

READ_EVERY = timedelta(seconds=60)
LOOK_EVERY_S = 1.0
# After a read that failed: `usergroups.users.list` may be called about 20 times a minute.
RETRY_EVERY = timedelta(seconds=10)
# However many hints come, no more often than this.
HINTS_EVERY = timedelta(seconds=3)
# With the 2 s of the commit this stays below the 3 s Slack gives for an ack.
FRESHEN_WITHIN_S = 0.7
NEVER = datetime.fromtimestamp(0, UTC)
# Slack asks for no longer: past it our clock was set back.
WAIT_MAX = timedelta(seconds=RETRY_AFTER_MAX_S)


@dataclass(frozen=True)
class Person:
    active: bool
    full_member: bool
    of_workspace: bool
    read_at: datetime


def person_of(found: Mapping[str, Any] | None, tenant: str, now: datetime) -> Person:
    """What Slack's `users.info` tells that matters here; None where Slack knows nobody of that id."""
    if found is None:
        return Person(active=False, full_member=False, of_workspace=False, read_at=now)
    return Person(
        active=not found.get("deleted", False),
        full_member=not (
            found.get("is_restricted") or found.get("is_ultra_restricted") or found.get("is_bot")
        ),
        of_workspace=found.get("team_id") == tenant and not found.get("is_stranger", False),
        read_at=now,
    )


@dataclass(frozen=True)
class _Group:
    members: frozenset[str]
    read_at: datetime


class SlackDirectory:
    """Implements `workflows.approvals.directory.Directory`."""

    def __init__(
        self,
        client: AsyncWebClient,
        tenant: str,
        policies: Iterable[Policy],
        clock: Clock,
        installation: Installation,
    ) -> None:
        self._client = client
        self._installation = installation
        self._tenant = tenant
        self._clock = clock
        policies = list(policies)
        self._users = {user for policy in policies for user in policy.users}
        self._group_ids = {group for policy in policies for group in policy.groups}
        self._groups: dict[str, _Group] = {}
        self._people: dict[str, Person] = {}
        self._read_at = NEVER
        self._tried_at = NEVER
        self._not_before = NEVER
        self._changed = False
        self._reading = asyncio.Lock()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._try_to_read(timedelta(0))
        self._loop = asyncio.create_task(self._serve(), name="directory")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    def facts(self, user: str, policy: Policy) -> VoterFacts:
        """From memory only. What was never read is as old as can be, so the policy refuses it."""
        groups = [(id, self._groups.get(id)) for id in policy.groups]
        person = self._people.get(user)
        named = user in policy.users or any(group and user in group.members for _, group in groups)
        moments = [group.read_at if group else NEVER for _, group in groups]
        if named:
            moments.append(person.read_at if person else NEVER)
        return VoterFacts(
            user=user,
            # Someone the policy does not name is never asked about: they can't pass it either way.
            active=person.active if person else True,
            full_member=person.full_member if person else True,
            of_workspace=person.of_workspace if person else True,
            groups=tuple(id for id, group in groups if group and user in group.members),
            read_at=min(moments, default=self._clock()),
        )

    def names(self, user: str) -> Sequence[str]:
        """The ids by which a policy may name this person: none for somebody who can't decide anything."""
        person = self._people.get(user)
        if person is None or not (person.active and person.full_member and person.of_workspace):
            return []
        return [user, *(id for id, group in self._groups.items() if user in group.members)]

    def everybody(self, policy: Policy) -> Sequence[VoterFacts]:
        """What is known about all whom a policy names. One old fact among them says that not all is known.

        A policy that left the settings while questions wait under it is read from now on.
        """
        self._users.update(policy.users)
        self._group_ids.update(policy.groups)
        members = [self._groups[id].members for id in policy.groups if id in self._groups]
        named = sorted({*policy.users, *(user for each in members for user in each)})
        facts = [self.facts(user, policy) for user in named]
        if facts or len(members) == len(policy.groups):
            return facts
        return [self.facts("", policy)]

    def knows(self, user: str) -> bool:
        return user in self._people

    def changed(self) -> None:
        """A hint: somebody or some group is not what it was. Read again within seconds."""
        self._changed = True

    async def freshen(self) -> None:
        """Costs nothing while the facts are fresh; else one bounded try to read them again."""
        if self._since(self._read_at) <= FACTS_FRESH_FOR:
            return
        try:
            async with asyncio.timeout(FRESHEN_WITHIN_S):
                await self._try_to_read(FACTS_FRESH_FOR)
        except TimeoutError:
            log.warning("directory_slow", tenant=self._tenant)

    async def _serve(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self._installation.lost:
                continue
            if self._changed and self._since(self._tried_at) >= HINTS_EVERY:
                self._changed = False
                await self._try_to_read(timedelta(0))
            elif self._since(self._read_at) >= READ_EVERY and self._since(self._tried_at) >= RETRY_EVERY:
                await self._try_to_read(READ_EVERY)

    async def _try_to_read(self, unless_newer_than: timedelta) -> None:
        async with self._reading:
            if self._since(self._read_at) < unless_newer_than:
                return  # another click has just read
            if timedelta(0) < self._not_before - self._clock() <= WAIT_MAX:
                return  # Slack asked to be left alone until then
            self._tried_at = self._clock()
            try:
                await self._read()
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                if isinstance(error, SlackApiError):
                    self._heed(refusal(error))
                log.warning("directory_unread", tenant=self._tenant, error=str(error))

    def _heed(self, refused: Refusal) -> None:
        if refused.meaning.ends_access:
            self._installation.doubt()
        if refused.meaning == Meaning.SLOW_DOWN:
            self._not_before = self._clock() + timedelta(seconds=refused.wait_s)

    async def _read(self) -> None:
        now = self._clock()
        for group in sorted(self._group_ids):
            self._groups[group] = _Group(await self._members(group), now)
        members = {user for group in self._groups.values() for user in group.members}
        for user in members | self._users:
            self._people[user] = await self._person(user, now)
        self._read_at = now

    async def _members(self, group: str) -> frozenset[str]:
        try:
            answer = await self._client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            self._unless_gone(error, group)
            return frozenset()
        return frozenset(answer["users"])

    async def _person(self, user: str, now: datetime) -> Person:
        try:
            answer = await self._client.users_info(user=user)
        except SlackApiError as error:
            self._unless_gone(error, user)
            return person_of(None, self._tenant, now)
        return person_of(answer["user"], self._tenant, now)

    def _unless_gone(self, error: SlackApiError, id: str) -> None:
        """That there is no such group or person is an answer, not a failure: nobody is in that group, and
        nobody may vote as that person."""
        refused = refusal(error)
        if refused.meaning != Meaning.NOBODY:
            raise error
        log.warning("approver_gone", tenant=self._tenant, id=id, error=refused.code)

    def _since(self, moment: datetime) -> timedelta:
        """Also for a moment that lies ahead, after the clock was set back: that is no fresher."""
        return abs(self._clock() - moment)
