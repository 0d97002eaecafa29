"""The right people: whoever approved or rejected cast that vote, and might, on the facts and by the policy
that were stored with it. The requester never decides their own."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import ValidationError

from store.records import Approval, ApprovalStatus, Run, Vote
from workflows.approvals.decide import Choice
from workflows.approvals.policy import Policy, Verdict, VoterFacts, judge
from workflows.invariants.case import Broken, Case

RULE = "decided_by_right"

# A stored moment is rounded to a millisecond, and must not make facts look staler than they were.
ROUNDING = timedelta(milliseconds=1)

_CHOICES = {ApprovalStatus.APPROVED: Choice.APPROVE, ApprovalStatus.REJECTED: Choice.REJECT}


def broken(case: Case) -> Iterator[Broken]:
    for approval in case.approvals:
        choice = _CHOICES.get(approval.status)
        if choice is None:
            continue
        said = approval.said, approval.said_id
        votes = [
            vote
            for vote in case.votes[approval.id]
            if vote.vote == choice and (vote.said, vote.said_id) == said
        ]
        vote = next((each for each in votes if each.voter == approval.decided_by), None)
        wrong = _wrong_with(vote, approval, case.run) or _too_few(votes, approval, case.run)
        if wrong is not None:
            text = f"approval {approval.id} is {approval.status} by {approval.decided_by}, {wrong}"
            yield Broken(RULE, case.run.id, text)


def _too_few(votes: list[Vote], approval: Approval, run: Run) -> str | None:
    """An approval takes as many votes that counted as its policy asks for."""
    if approval.status != ApprovalStatus.APPROVED:
        return None
    counted = [each for each in votes if each.void_since is None and not _wrong_with(each, approval, run)]
    quorum = Policy.model_validate(approval.policy).quorum
    return f"with {len(counted)} votes of {quorum}" if len(counted) < quorum else None


def _wrong_with(vote: Vote | None, approval: Approval, run: Run) -> str | None:
    if vote is None:
        return "who cast no such vote"
    try:
        policy, facts = Policy.model_validate(approval.policy), VoterFacts.model_validate(vote.facts)
    except ValidationError:
        return "on facts or by a policy that can't be read"
    if facts.user != vote.voter:
        return f"on facts about {facts.user}"
    verdict = judge(policy, facts, run.requester, vote.cast_at - ROUNDING)
    return None if verdict == Verdict.ALLOWED else f"whose verdict was {verdict}"
