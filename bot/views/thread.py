"""What is said in a run's thread: steps as they happen, the question to those who may approve, replies."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views import describe, mrkdwn
from bot.views.blocks import Rendered, sections
from bot.views.limits import FALLBACK_TEXT_MAX, MESSAGE_WEIGHT_MAX, weight
from bot.views.people import may_approve, nobody_left
from store.records import Approval, ApprovalStatus
from workflows.approvals.policy import Policy
from workflows.story import Story

BLOCKS_MAX = 40
NODE_MAX = 60
STEP_TEXT_MAX = 1500
TITLE_MAX = 150
REPLY_TEXT_MAX = 2000


@dataclass(frozen=True)
class StepLine:
    node: str
    text: str


def steps(lines: Sequence[StepLine]) -> Rendered:
    """Steps that waited, joined into one message. What it can't hold stands in View reasoning."""
    written = [_step(each) for each in lines]
    shown = len(written)
    while shown > 1 and not _fits(_with_rest(written, shown)):
        shown -= max(1, shown // 10)
    kept = _with_rest(written, shown)
    return Rendered(mrkdwn.cut("\n".join(kept), FALLBACK_TEXT_MAX), sections(kept))


def _step(line: StepLine) -> str:
    node = mrkdwn.literal(describe.node_name(line.node), NODE_MAX)
    return f"*{node}*: {mrkdwn.literal(line.text, STEP_TEXT_MAX)}"


def _with_rest(written: list[str], shown: int) -> list[str]:
    rest = len(written) - shown
    return [*written[:shown], *([f"… and {rest} more in View reasoning"] if rest else [])]


def _fits(lines: list[str]) -> bool:
    blocks = sections(lines)
    return len(blocks) <= BLOCKS_MAX and weight(blocks) <= MESSAGE_WEIGHT_MAX


def asks(story: Story, says: str = "") -> Rendered:
    """The message that calls those who may approve. A question decided meanwhile calls nobody.

    `says`: "nobody" when none of them is left, "somebody" when one is there again.
    """
    approval, request = story.approval, story.request
    if approval is None or request is None:
        return _said("There is nothing to decide here.")
    title = mrkdwn.literal(request.title, TITLE_MAX)
    if approval.status != ApprovalStatus.PENDING:
        return _said(f"Already decided: {title}")
    if says == "nobody":
        return _said(_nobody(story, approval, title))
    again = "somebody who may approve is there again. " if says == "somebody" else ""
    return _said(f"{may_approve(approval.policy)}, {again}please decide: {title}")


def _nobody(story: Story, approval: Approval, title: str) -> str:
    policy = Policy.model_validate(approval.policy)
    asked, left = may_approve(policy), nobody_left(policy)
    requester = mrkdwn.user(story.run.requester)
    return (
        f":warning: {left} The question is: {title}. Asked were {asked}; who counts is an active full member "
        f"other than {requester}. Add somebody to the group in Slack, and they are called. Or cancel it, "
        f"name others under `approvers` in `signoff.toml`, and ask again. It waits until "
        f"{mrkdwn.date(approval.expires_at)}."
    )


def reply(text: str, mentions: tuple[str, ...] = ()) -> Rendered:
    """`text` is plain, and is escaped here; `mentions` are user ids and group ids to call first."""
    words = mrkdwn.escape(mrkdwn.fit(mrkdwn.clean(text).strip(), REPLY_TEXT_MAX))
    called = [mrkdwn.user(each) if mrkdwn.is_user(each) else mrkdwn.group(each) for each in mentions]
    return _said(", ".join([*called, words]))


def _said(text: str) -> Rendered:
    text = text or "…"
    return Rendered(mrkdwn.cut(text, FALLBACK_TEXT_MAX), sections([text]))
