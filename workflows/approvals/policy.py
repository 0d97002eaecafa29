"""Who may decide. Pure: facts go in, a verdict comes out, and doubt means no."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

FACTS_FRESH_FOR = timedelta(minutes=5)


class Policy(BaseModel):
    """Approvers by user id and by user group id; at least one of either."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


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


def judge(policy: Policy, facts: VoterFacts, requester: str, now: datetime) -> Verdict:
    """The requester never decides their own request; everyone else by the facts, if they are fresh."""
    if facts.user == requester:
        return Verdict.OWN_REQUEST
    # Facts from the future are no fresher: a clock that was set back must not keep old ones alive.
    if abs(now - facts.read_at) > FACTS_FRESH_FOR:
        return Verdict.FACTS_STALE
    if not (facts.active and facts.full_member and facts.of_workspace):
        return Verdict.NOT_A_FULL_MEMBER
    if facts.user in policy.users or set(facts.groups) & set(policy.groups):
        return Verdict.ALLOWED
    return Verdict.NOT_AN_APPROVER
