"""Who may decide. Pure: facts go in, a verdict comes out, and doubt means no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

FACTS_FRESH_FOR = timedelta(minutes=5)


class Policy(BaseModel):
    """Approvers by user id and by user group id; at least one of either. `quorum` of them have to agree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    quorum: int = Field(default=1, ge=1, le=10)


class VoterFacts(BaseModel):
    """What is known about the person who clicked. `groups` are those of the policy they are in."""

    model_config = ConfigDict(frozen=True)

    user: str
    active: bool
    full_member: bool
    of_workspace: bool
    groups: tuple[str, ...]
    read_at: AwareDatetime


class Verdict(StrEnum):
    ALLOWED = "allowed"
    OWN_REQUEST = "own_request"
    NOT_AN_APPROVER = "not_an_approver"
    NOT_A_FULL_MEMBER = "not_a_full_member"
    FACTS_STALE = "facts_stale"


class Said(StrEnum):
    """What became of an effect in doubt, by somebody's word. Leaving it as it is is a rejection."""

    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did_not_happen"


def judge(policy: Policy, facts: VoterFacts, requester: str, now: datetime) -> Verdict:
    """The requester never decides their own request; everyone else by the facts, if they are fresh."""
    if facts.user == requester:
        return Verdict.OWN_REQUEST
    if not are_fresh([facts], now):
        return Verdict.FACTS_STALE
    if not (facts.active and facts.full_member and facts.of_workspace):
        return Verdict.NOT_A_FULL_MEMBER
    if facts.user in policy.users or set(facts.groups) & set(policy.groups):
        return Verdict.ALLOWED
    return Verdict.NOT_AN_APPROVER


def are_fresh(people: Sequence[VoterFacts], now: datetime) -> bool:
    """Facts from the future are no fresher: a clock that was set back must not keep old ones alive."""
    return all(abs(now - each.read_at) <= FACTS_FRESH_FOR for each in people)


@dataclass(frozen=True)
class Weighed:
    """Voters for whom an approval was cast: whose votes count today, and whose no longer do."""

    counting: tuple[str, ...]
    void: tuple[str, ...]

    def carries(self, policy: Policy) -> bool:
        return self.missing(policy) == 0

    def missing(self, policy: Policy) -> int:
        return max(policy.quorum - len(self.counting), 0)


def weigh(policy: Policy, voters: Sequence[VoterFacts], requester: str, now: datetime) -> Weighed:
    """Votes already cast, each on what is known of its voter now. In doubt a vote does not count."""
    counting = tuple(each.user for each in voters if _may(policy, each, requester, now))
    return Weighed(counting, tuple(each.user for each in voters if each.user not in counting))


def left(policy: Policy, people: Sequence[VoterFacts], now: datetime) -> tuple[str, ...] | None:
    """Who of them may approve what somebody else asks for. None when that is not known well enough."""
    if not are_fresh(people, now):
        return None
    return tuple(each.user for each in people if _may(policy, each, "", now))


def _may(policy: Policy, facts: VoterFacts, requester: str, now: datetime) -> bool:
    return judge(policy, facts, requester, now) == Verdict.ALLOWED
