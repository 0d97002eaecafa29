"""The people a policy names, as mentions."""

from collections.abc import Mapping

from bot.views import mrkdwn
from workflows.approvals.policy import Policy

MENTIONS_MAX = 40


def nobody_left(policy: Policy) -> str:
    """Where several have to agree, one who is left is not enough."""
    return (
        "Too few who may approve this are left."
        if policy.quorum > 1
        else "Nobody who may approve this is left."
    )


def may_approve(policy: Policy | Mapping[str, object]) -> str:
    """Who may decide, as a list of mentions: `<@U1>, <!subteam^S0LEADS>`."""
    parsed = policy if isinstance(policy, Policy) else Policy.model_validate(policy)
    mentions = [*map(mrkdwn.user, parsed.users), *map(mrkdwn.group, parsed.groups)]
    if not mentions:
        return "nobody"
    rest = len(mentions) - MENTIONS_MAX
    return ", ".join(mentions[:MENTIONS_MAX]) + (f" and {rest} more" if rest > 0 else "")
