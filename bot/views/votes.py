"""Where a question needs several approvals: who has approved, and whose vote no longer counts. Pure."""

from collections.abc import Sequence

from bot.views import mrkdwn
from store.records import Vote
from workflows.approvals.policy import Policy

MENTIONS_MAX = 20


def votes(policy: Policy, cast: Sequence[Vote]) -> list[str]:
    """Nothing where one approval is enough: then the decision says it all."""
    if policy.quorum == 1:
        return []
    counting = [each for each in cast if each.vote == "approve" and each.void_since is None]
    void = [each for each in cast if each.vote == "approve" and each.void_since is not None]
    lines = [f"Approved so far: {len(counting)} of {policy.quorum}{_by(counting)}"]
    if void:
        lines.append(f":warning: No longer counts, since they may not approve any more{_by(void)}")
    return lines


def _by(cast: Sequence[Vote]) -> str:
    names = ", ".join(mrkdwn.user(each.voter) for each in cast[:MENTIONS_MAX])
    return f": {names}" if names else ""
