"""What is known about a voter: from memory, refused when it is old, and read again within a bound."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import directory as directory_module
from bot.directory import FRESHEN_WITHIN_S, SlackDirectory
from workflows.approvals.policy import FACTS_FRESH_FOR, Policy, Verdict, judge
from workflows.bells import Bells
from workflows.patrol.installation import Installation

TENANT = "T0SANDBOX"
LEADS = Policy(users=("U0SAM",), groups=("S0LEADS",))


class FakeSlack:
    """A workspace's people and groups; `failing` answers in place of any of them, `delay_s` before all."""

    def __init__(self) -> None:
        self.groups: dict[str, list[str]] = {"S0LEADS": ["U0MORGAN", "U0GUS", "U0OLGA", "U0GONE", "U0BOT"]}
        self.people: dict[str, dict[str, Any]] = {
            "U0SAM": {"team_id": TENANT},
            "U0MORGAN": {"team_id": TENANT},
            "U0GUS": {"team_id": TENANT, "is_restricted": True},
            "U0OLGA": {"team_id": "T0ELSEWHERE", "is_stranger": True},
            "U0GONE": {"team_id": TENANT, "deleted": True},
            "U0BOT": {"team_id": TENANT, "is_bot": True},
        }
        self.failing: dict[str, Exception] = {}
        self.delay_s = 0.0
        self.asked: list[str] = []

    async def usergroups_users_list(self, *, usergroup: str) -> dict[str, Any]:
        await self._think(usergroup)
        if usergroup not in self.groups:
            raise refusal("no_such_subteam")
        return {"users": self.groups[usergroup]}

    async def users_info(self, *, user: str) -> dict[str, Any]:
        await self._think(user)
        if user not in self.people:
            raise refusal("user_not_found")
        return {"user": self.people[user]}

    async def _think(self, id: str) -> None:
        self.asked.append(id)
        await asyncio.sleep(self.delay_s)
        if id in self.failing:
            raise self.failing[id]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class Office:
    """A directory with its workspace and its clock."""

    def __init__(self, *policies: Policy) -> None:
        self.slack, self.clock = FakeSlack(), Clock()
        client = cast(AsyncWebClient, self.slack)
        self.installation = Installation(Bells())
        self.directory = SlackDirectory(client, TENANT, policies or (LEADS,), self.clock, self.installation)

    def verdict(self, user: str, policy: Policy = LEADS) -> Verdict:
        return judge(policy, self.directory.facts(user, policy), "U0RILEY", self.clock())


def refusal(code: str, **headers: str) -> SlackApiError:
    answer = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.com/api/users.info",
        req_args={},
        data={"ok": False, "error": code},
        headers=headers,
        status_code=429 if code == "ratelimited" else 200,
    )
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]  # theirs is bare


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    made = Office()
    await made.directory.start()
    yield made
    await made.directory.stop()


async def test_a_member_of_the_group_and_a_named_person_are_allowed(office: Office) -> None:
    assert office.verdict("U0MORGAN") == Verdict.ALLOWED
    assert office.verdict("U0SAM") == Verdict.ALLOWED


async def test_facts_name_only_the_groups_of_the_policy_a_person_is_in() -> None:
    both = Policy(groups=("S0LEADS", "S0FINANCE"))
    office = Office(both)
    office.slack.groups["S0FINANCE"] = ["U0FIONA"]
    office.slack.people["U0FIONA"] = {"team_id": TENANT}
    await office.directory.start()
    assert office.directory.facts("U0FIONA", both).groups == ("S0FINANCE",)
    assert office.directory.facts("U0MORGAN", both).groups == ("S0LEADS",)
    assert office.directory.facts("U0FIONA", LEADS).groups == ()
    await office.directory.stop()


@pytest.mark.parametrize("user", ["U0GUS", "U0OLGA", "U0GONE", "U0BOT"])
async def test_a_guest_an_outsider_a_deactivated_member_and_a_bot_are_refused_though_in_the_group(
    office: Office, user: str
) -> None:
    assert office.verdict(user) == Verdict.NOT_A_FULL_MEMBER


@pytest.mark.parametrize(
    "of", [{"team_id": "T0ELSEWHERE"}, {"team_id": TENANT, "is_stranger": True}, {}], ids=str
)
async def test_each_sign_of_another_workspace_is_enough_and_so_is_none_of_ours(of: dict[str, Any]) -> None:
    office = Office()
    office.slack.people["U0MORGAN"] = of
    await office.directory.start()
    assert office.verdict("U0MORGAN") == Verdict.NOT_A_FULL_MEMBER
    await office.directory.stop()


async def test_a_multi_channel_guest_and_an_ultra_restricted_one_are_both_guests(office: Office) -> None:
    for kind in ("is_restricted", "is_ultra_restricted"):
        office.slack.people["U0MORGAN"] = {"team_id": TENANT, kind: True}
        office.clock.advance(timedelta(minutes=6))
        await office.directory.freshen()
        assert office.verdict("U0MORGAN") == Verdict.NOT_A_FULL_MEMBER


async def test_who_is_not_named_is_no_approver_and_slack_is_never_asked_about_them(office: Office) -> None:
    assert office.verdict("U0FIONA") == Verdict.NOT_AN_APPROVER
    assert "U0FIONA" not in office.slack.asked


async def test_who_left_the_group_is_refused_after_the_next_read(office: Office) -> None:
    office.slack.groups["S0LEADS"].remove("U0MORGAN")
    office.clock.advance(FACTS_FRESH_FOR + timedelta(seconds=1))
    await office.directory.freshen()
    assert office.verdict("U0MORGAN") == Verdict.NOT_AN_APPROVER


async def test_a_person_is_named_by_their_id_and_their_groups_unless_they_can_decide_nothing(
    office: Office,
) -> None:
    names = office.directory.names
    assert names("U0MORGAN") == ["U0MORGAN", "S0LEADS"]
    assert names("U0SAM") == ["U0SAM"]
    for nobody in ("U0GUS", "U0OLGA", "U0GONE", "U0BOT", "U0RILEY"):
        assert names(nobody) == []


async def test_nothing_read_yet_is_as_old_as_can_be() -> None:
    assert Office().verdict("U0MORGAN") == Verdict.FACTS_STALE
    assert Office().verdict("U0SAM") == Verdict.FACTS_STALE


async def test_facts_that_can_not_be_read_again_go_stale_and_refuse_everybody(office: Office) -> None:
    office.slack.failing["S0LEADS"] = aiohttp.ClientConnectionError("no route")
    office.clock.advance(FACTS_FRESH_FOR)
    await office.directory.freshen()
    assert office.verdict("U0MORGAN") == Verdict.ALLOWED
    office.clock.advance(timedelta(seconds=1))
    await office.directory.freshen()
    assert office.verdict("U0MORGAN") == Verdict.FACTS_STALE
    assert office.verdict("U0SAM") == Verdict.FACTS_STALE
    assert office.verdict("U0FIONA") == Verdict.FACTS_STALE


@pytest.mark.parametrize(
    "failure", [refusal("fatal_error"), aiohttp.ClientConnectionError(), TimeoutError()], ids=repr
)
async def test_a_group_that_can_not_be_read_at_the_start_refuses_even_a_named_person(
    failure: Exception,
) -> None:
    office = Office()
    office.slack.failing["S0LEADS"] = failure
    await office.directory.start()
    assert office.verdict("U0SAM") == Verdict.FACTS_STALE
    await office.directory.stop()


async def test_a_person_whose_own_facts_could_not_be_read_again_is_refused(office: Office) -> None:
    office.slack.failing["U0MORGAN"] = refusal("internal_error")
    office.clock.advance(FACTS_FRESH_FOR + timedelta(seconds=1))
    await office.directory.freshen()
    assert office.verdict("U0MORGAN") == Verdict.FACTS_STALE


async def test_one_approver_who_no_longer_exists_does_not_keep_the_others_from_approving() -> None:
    policy = Policy(users=("U0TYPO", "U0SAM"), groups=("S0LEADS",))
    office = Office(policy)
    await office.directory.start()
    assert office.verdict("U0SAM", policy) == Verdict.ALLOWED
    assert office.verdict("U0MORGAN", policy) == Verdict.ALLOWED
    assert office.verdict("U0TYPO", policy) == Verdict.NOT_A_FULL_MEMBER
    await office.directory.stop()


async def test_a_group_that_no_longer_exists_has_no_members() -> None:
    policy = Policy(users=("U0SAM",), groups=("S0TYPO",))
    office = Office(policy)
    await office.directory.start()
    assert office.verdict("U0SAM", policy) == Verdict.ALLOWED
    assert office.verdict("U0MORGAN", policy) == Verdict.NOT_AN_APPROVER
    await office.directory.stop()


async def test_a_policy_of_people_alone_asks_for_no_group() -> None:
    people = Policy(users=("U0SAM",))
    office = Office(people)
    await office.directory.start()
    assert office.slack.asked == ["U0SAM"]
    assert office.verdict("U0SAM", people) == Verdict.ALLOWED
    assert office.verdict("U0FIONA", people) == Verdict.NOT_AN_APPROVER
    await office.directory.stop()


async def test_freshening_asks_nothing_while_the_facts_are_fresh(office: Office) -> None:
    asked = len(office.slack.asked)
    office.clock.advance(FACTS_FRESH_FOR)
    await office.directory.freshen()
    assert len(office.slack.asked) == asked


async def test_freshening_brings_old_facts_up_to_date(office: Office) -> None:
    office.slack.groups["S0LEADS"].append("U0FIONA")
    office.slack.people["U0FIONA"] = {"team_id": TENANT}
    office.clock.advance(timedelta(hours=72))
    assert office.verdict("U0FIONA") == Verdict.FACTS_STALE
    await office.directory.freshen()
    assert office.verdict("U0FIONA") == Verdict.ALLOWED


async def test_freshening_waits_no_longer_than_an_ack_allows(office: Office) -> None:
    office.clock.advance(timedelta(hours=1))
    office.slack.delay_s = 60
    began = asyncio.get_running_loop().time()
    await office.directory.freshen()
    assert asyncio.get_running_loop().time() - began < FRESHEN_WITHIN_S + 0.5
    assert office.verdict("U0MORGAN") == Verdict.FACTS_STALE


async def test_clicks_that_come_together_read_once(office: Office) -> None:
    office.clock.advance(timedelta(hours=1))
    office.slack.asked.clear()
    await asyncio.gather(*(office.directory.freshen() for _ in range(10)))
    assert office.slack.asked.count("S0LEADS") == 1


async def test_a_clock_that_was_set_back_makes_facts_doubtful_until_they_are_read_again(
    office: Office,
) -> None:
    office.clock.advance(timedelta(hours=-2))
    assert office.verdict("U0MORGAN") == Verdict.FACTS_STALE
    await office.directory.freshen()
    assert office.verdict("U0MORGAN") == Verdict.ALLOWED


async def test_facts_are_read_again_every_minute_and_after_a_failure_not_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(directory_module, "LOOK_EVERY_S", 0.001)
    office = Office()
    await office.directory.start()
    for minutes in range(2, 5):
        office.clock.advance(timedelta(seconds=60))
        await _until(lambda times=minutes: office.slack.asked.count("S0LEADS") == times)
    office.slack.failing["S0LEADS"] = aiohttp.ClientConnectionError()
    office.clock.advance(timedelta(seconds=60))
    await _until(lambda: office.slack.asked.count("S0LEADS") == 5)
    await asyncio.sleep(0.05)
    assert office.slack.asked.count("S0LEADS") == 5
    office.clock.advance(timedelta(seconds=10))
    await _until(lambda: office.slack.asked.count("S0LEADS") == 6)
    await office.directory.stop()


async def _until(happened: Any) -> None:
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.001)
