"""Who may decide: doubt means no, and the requester never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.approvals.policy import FACTS_FRESH_FOR, Policy, Verdict, VoterFacts, judge, left, weigh

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LEADS = Policy(users=("U0SAM",), groups=("S0LEADS",))

PEOPLE = st.sampled_from(["U0RILEY", "U0MORGAN", "U0SAM", "U0FIONA"])
GROUPS = st.sampled_from(["S0LEADS", "S0FINANCE", "S0OTHERS"])


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        users=tuple(draw(st.lists(PEOPLE, max_size=3))), groups=tuple(draw(st.lists(GROUPS, max_size=3)))
    )


@st.composite
def voters(draw: st.DrawFn) -> VoterFacts:
    age_s = draw(st.integers(min_value=-1000, max_value=1000))
    return VoterFacts(
        user=draw(PEOPLE),
        active=draw(st.booleans()),
        full_member=draw(st.booleans()),
        of_workspace=draw(st.booleans()),
        groups=tuple(draw(st.lists(GROUPS, max_size=3))),
        read_at=NOW - timedelta(seconds=age_s),
    )


def facts(user: str = "U0MORGAN", **more: object) -> VoterFacts:
    values: dict[str, object] = {
        "user": user,
        "active": True,
        "full_member": True,
        "of_workspace": True,
        "groups": ("S0LEADS",),
        "read_at": NOW,
    }
    return VoterFacts.model_validate(values | more)


@given(policies(), voters())
def test_the_requester_never_decides_whatever_else_is_true(policy: Policy, voter: VoterFacts) -> None:
    assert judge(policy, voter, requester=voter.user, now=NOW) == Verdict.OWN_REQUEST


@given(policies(), voters(), PEOPLE)
def test_stale_facts_never_allow(policy: Policy, voter: VoterFacts, requester: str) -> None:
    if abs(NOW - voter.read_at) > FACTS_FRESH_FOR:
        assert judge(policy, voter, requester, NOW) in (Verdict.OWN_REQUEST, Verdict.FACTS_STALE)


@given(policies(), voters(), PEOPLE)
def test_a_deactivated_person_a_guest_and_an_outsider_are_never_allowed(
    policy: Policy, voter: VoterFacts, requester: str
) -> None:
    if not (voter.active and voter.full_member and voter.of_workspace):
        assert judge(policy, voter, requester, NOW) != Verdict.ALLOWED


@given(policies(), voters(), PEOPLE)
def test_who_is_allowed_is_named_by_the_policy_and_only_they_are(
    policy: Policy, voter: VoterFacts, requester: str
) -> None:
    verdict = judge(policy, voter, requester, NOW)
    named = voter.user in policy.users or not set(voter.groups).isdisjoint(policy.groups)
    sound = voter.active and voter.full_member and voter.of_workspace
    fresh = abs(NOW - voter.read_at) <= FACTS_FRESH_FOR
    assert (verdict == Verdict.ALLOWED) == (named and sound and fresh and voter.user != requester)


def test_a_member_of_a_named_group_is_allowed() -> None:
    assert judge(LEADS, facts("U0MORGAN", groups=("S0LEADS",)), "U0RILEY", NOW) == Verdict.ALLOWED


def test_a_named_person_is_allowed_without_any_group() -> None:
    assert judge(LEADS, facts("U0SAM", groups=()), "U0RILEY", NOW) == Verdict.ALLOWED


def test_a_member_of_another_group_is_no_approver() -> None:
    voter = facts("U0FIONA", groups=("S0FINANCE",))
    assert judge(LEADS, voter, "U0RILEY", NOW) == Verdict.NOT_AN_APPROVER


def test_a_group_named_like_a_person_does_not_make_an_approver() -> None:
    assert (
        judge(Policy(users=("X1",)), facts("U0FIONA", groups=("X1",)), "U0RILEY", NOW)
        == Verdict.NOT_AN_APPROVER
    )
    assert judge(Policy(groups=("X1",)), facts("X1", groups=()), "U0RILEY", NOW) == Verdict.NOT_AN_APPROVER


def test_an_empty_policy_allows_nobody() -> None:
    assert judge(Policy(), facts("U0SAM"), "U0RILEY", NOW) == Verdict.NOT_AN_APPROVER


@pytest.mark.parametrize("lacking", ["active", "full_member", "of_workspace"])
def test_each_doubt_about_a_member_is_enough_for_a_no(lacking: str) -> None:
    voter = facts("U0MORGAN", **{lacking: False})
    assert judge(LEADS, voter, "U0RILEY", NOW) == Verdict.NOT_A_FULL_MEMBER


@pytest.mark.parametrize("direction", [1, -1], ids=["in the past", "in the future"])
def test_facts_are_fresh_for_five_minutes_and_not_a_moment_longer(direction: int) -> None:
    at_the_limit = NOW - direction * timedelta(minutes=5)
    past_it = at_the_limit - direction * timedelta(milliseconds=1)
    assert judge(LEADS, facts(read_at=at_the_limit), "U0RILEY", NOW) == Verdict.ALLOWED
    assert judge(LEADS, facts(read_at=past_it), "U0RILEY", NOW) == Verdict.FACTS_STALE


TWO = Policy(users=("U0FIONA",), groups=("S0LEADS",), quorum=2)
SAM, FIONA = facts("U0SAM"), facts("U0FIONA", groups=())


def test_votes_carry_when_as_many_count_as_the_policy_asks_for() -> None:
    assert not weigh(TWO, [facts()], "U0RILEY", NOW).carries(TWO)
    assert weigh(TWO, [facts(), SAM], "U0RILEY", NOW).carries(TWO)
    assert weigh(LEADS, [facts()], "U0RILEY", NOW).carries(LEADS)
    assert not weigh(LEADS, [], "U0RILEY", NOW).carries(LEADS)


@pytest.mark.parametrize(
    "now",
    [
        {"active": False},
        {"full_member": False},
        {"of_workspace": False},
        {"groups": ()},
        {"read_at": NOW - FACTS_FRESH_FOR - timedelta(seconds=1)},
    ],
    ids=["deactivated", "a guest", "of another workspace", "out of the group", "not known today"],
)
def test_a_vote_of_who_may_no_more_is_void_and_the_others_count(now: dict[str, Any]) -> None:
    weighed = weigh(TWO, [facts(**now), SAM, FIONA], "U0RILEY", NOW)
    assert weighed.void == ("U0MORGAN",)
    assert weighed.counting == ("U0SAM", "U0FIONA")
    assert weighed.carries(TWO)
    assert not weigh(TWO, [facts(**now), SAM], "U0RILEY", NOW).carries(TWO)


def test_a_vote_of_the_requester_never_counts() -> None:
    assert weigh(TWO, [facts(), SAM], "U0SAM", NOW).void == ("U0SAM",)


@given(policies(), st.lists(voters(), max_size=4))
def test_each_vote_either_counts_or_is_void(policy: Policy, cast: list[VoterFacts]) -> None:
    weighed = weigh(policy, cast, "U0RILEY", NOW)
    assert {*weighed.counting, *weighed.void} == {each.user for each in cast}
    assert not {*weighed.counting} & {*weighed.void}


def test_those_left_are_those_whose_vote_would_count() -> None:
    gone = facts("U0OLGA", active=False)
    assert left(LEADS, [facts(), gone, SAM], NOW) == ("U0MORGAN", "U0SAM")
    assert left(LEADS, [gone], NOW) == ()
    assert left(LEADS, [], NOW) == ()


def test_nobody_is_said_to_be_gone_on_facts_that_are_too_old() -> None:
    old = facts("U0OLGA", active=False, read_at=NOW - FACTS_FRESH_FOR - timedelta(seconds=1))
    assert left(LEADS, [facts(), old], NOW) is None
