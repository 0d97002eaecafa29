"""The doctor's judgements: what is wrong is said with its mend, and nothing else is wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor import approvers, channels, database, slack_tokens, workspace
from bot.doctor.finding import Finding
from bot.doctor.slack_answers import Refusal
from bot.slack_errors import CODES, Meaning
from store.health import Health
from store.records import DeadLetter, OutboxKind
from store.workspaces import Belonging
from workflows.approvals.policy import Policy, VoterFacts

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOME = Path(__file__).parents[3]
FILE = Path("signoff.db")
KEY = "workflows.refund.approvers"


def answered(**headers: str) -> AsyncSlackResponse:
    data: dict[str, Any] = {"ok": True, "user": "signoff", "team": "Acme", "team_id": "T1"}
    return AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.com/api/auth.test",
        req_args={},
        data=data,
        headers=headers,
        status_code=200,
    )


def wrong(found: Sequence[Finding]) -> list[str]:
    return [each.text for each in found if not each.is_right]


def facts(user: str, groups: tuple[str, ...] = (), *, full_member: bool = True) -> VoterFacts:
    return VoterFacts(
        user=user, active=True, full_member=full_member, of_workspace=True, groups=groups, read_at=NOW
    )


def test_a_finding_says_the_same_with_and_without_its_mark() -> None:
    right, off = Finding("All is well."), Finding("A key is missing.", "Add it.")
    assert (right.line, off.line) == ("✓ All is well.", "✗ A key is missing. Add it.")
    assert off.line.endswith(off.said)
    assert [right.is_right, off.is_right] == [True, False]


class TestScopes:
    def test_the_doctor_knows_each_scope_of_the_manifest_and_what_it_is_for(self) -> None:
        manifest = yaml.safe_load((HOME / "manifest.yml").read_text())
        assert sorted(slack_tokens.SCOPES) == manifest["oauth_config"]["scopes"]["bot"]

    def test_all_of_them_are_enough_in_any_order_and_others_do_no_harm(self) -> None:
        header = ", ".join([*reversed(list(slack_tokens.SCOPES)), "team:read"])
        assert wrong(slack_tokens.scopes(answered(**{"x-oauth-scopes": header}))) == []

    @pytest.mark.parametrize("scope", slack_tokens.SCOPES)
    def test_each_that_is_missing_is_named_with_what_it_is_for(self, scope: str) -> None:
        header = ",".join(each for each in slack_tokens.SCOPES if each != scope)
        [line] = wrong(slack_tokens.scopes(answered(**{"x-oauth-scopes": header})))
        assert line == f"Slack scopes: the bot token lacks {scope} ({slack_tokens.SCOPES[scope]})."

    def test_without_the_header_nothing_is_claimed(self) -> None:
        assert slack_tokens.scopes(answered()) == []


class TestClock:
    @pytest.mark.parametrize("off_s", [-60, -1, 0, 1, 60])
    def test_a_minute_is_near_enough(self, off_s: int) -> None:
        header = format_datetime(NOW + timedelta(seconds=off_s), usegmt=True)
        assert wrong(slack_tokens.clock(answered(Date=header), NOW)) == []

    @pytest.mark.parametrize(("off_s", "side"), [(-3600, "ahead of"), (3600, "behind")])
    def test_more_than_that_is_told_with_its_side(self, off_s: int, side: str) -> None:
        header = format_datetime(NOW + timedelta(seconds=off_s), usegmt=True)
        [line] = wrong(slack_tokens.clock(answered(Date=header), NOW))
        assert line == f"Clock: this machine is 3,600 s {side} Slack."


class TestApprovers:
    def test_those_who_can_approve_are_counted_and_a_guest_in_a_group_is_no_mistake(self) -> None:
        people = [facts("U1", ("S1",)), facts("U2", ("S1",), full_member=False)]
        policy = Policy(groups=("S1",))
        [found] = approvers.judged(KEY, policy, {"S1": ["U1", "U2"]}, people, NOW)
        assert found.line == f"✓ {KEY}: 1 person can approve."

    @pytest.mark.parametrize("lacking", ["active", "full_member", "of_workspace"])
    def test_a_named_person_who_may_not_is_a_mistake(self, lacking: str) -> None:
        people = [facts("U1"), facts("U2").model_copy(update={lacking: False})]
        found = wrong(approvers.judged(KEY, Policy(users=("U1", "U2")), {}, people, NOW))
        assert found == [f"{KEY}: U2 is no active full member of this workspace, so can't approve."]

    @pytest.mark.parametrize("code", CODES[Meaning.PLAN])
    def test_a_plan_without_groups_is_no_matter_of_the_group(self, code: str) -> None:
        policy = Policy(users=("U1",), groups=("S1",))
        [found] = approvers.judged(KEY, policy, {"S1": Refusal(code)}, [facts("U1")], NOW)
        assert f"this workspace's plan has no user groups ({code})" in found.text
        assert "Name people in `users` instead" in found.mend

    def test_an_empty_group_leaves_nobody(self) -> None:
        found = wrong(approvers.judged(KEY, Policy(groups=("S1",)), {"S1": []}, [], NOW))
        assert found == [f"{KEY}: nobody is in the user group S1.", f"{KEY}: nobody can approve."]

    def test_people_who_could_not_be_read_are_not_called_gone(self) -> None:
        people: list[VoterFacts | Refusal] = [facts("U1"), Refusal("ratelimited")]
        found = wrong(approvers.judged(KEY, Policy(users=("U1", "U2")), {}, people, NOW))
        assert found == [f"{KEY}: 1 of 2 people could not be read."]


class TestDatabase:
    def test_an_older_schema_is_no_mistake(self) -> None:
        [found] = database.judged(FILE, Health(1, 2, [], None, []))
        assert found.line == (
            "✓ Database: signoff.db is whole, schema 1, which the next start brings up to date; not in use."
        )

    def test_damage_a_newer_schema_and_dead_letters_are_told(self) -> None:
        [damaged] = wrong(database.judged(FILE, Health(2, 2, ["row 3 missing"], None, [])))
        assert "it is damaged (row 3 missing)" in damaged
        [newer] = wrong(database.judged(FILE, Health(3, 2, [], None, [])))
        assert "has schema 3" in newer
        letter = DeadLetter(
            id="out-1", run="run-1", kind=OutboxKind.CARD, channel="C1", error="msg_too_long", dead_at=NOW
        )
        healthy = Health(2, 2, [], 7, [letter])
        [dead] = wrong(database.judged(FILE, healthy))
        assert dead == "Dead letter: card of run run-1 could not be said in C1: msg_too_long."
        leaves = f"{NOW + timedelta(days=7):%Y-%m-%d}"
        assert f"It leaves this list on {leaves}, a week after." in database.judged(FILE, healthy)[1].mend


class TestWorkspace:
    @pytest.mark.parametrize(
        ("found", "says"),
        [
            (Belonging(has_ours=False, others={}), []),
            (Belonging(has_ours=True, others={}), []),
            (Belonging(has_ours=True, others={"T2": 0}), []),
            (Belonging(has_ours=False, others={"T2": 0, "T3": 0}), ["is of workspace T2 and T3, and "]),
            (Belonging(has_ours=False, others={"T2": 4}), ["T2, and SLACK_BOT_TOKEN is of T1."]),
            (Belonging(has_ours=True, others={"T2": 4, "T3": 0}), ["4 open runs of workspace T2, "]),
        ],
    )
    def test_a_file_is_its_runs_workspace_s_and_open_runs_of_another_are_told(
        self, found: Belonging, says: list[str]
    ) -> None:
        told = wrong(workspace.judged(FILE, "T1", found))
        assert [words in line for words, line in zip(says, told, strict=True)] == [True] * len(says)


def test_a_channel_that_could_not_be_read_keeps_slacks_word() -> None:
    found = channels.refused("workflows.refund.channel", "C1", "missing_scope")
    assert found.text == "workflows.refund.channel: C1 could not be read: missing_scope."
    assert found.mend
