"""The card: the root message of a run, from "looking into it" to its outcome.

It knows gates, approvals and effects, and no workflow in particular. Pure: a story goes in, blocks come out,
always within Slack's limits.
"""

from typing import Any

from bot.ids import Action
from bot.views import mrkdwn, status
from bot.views.answers import answers
from bot.views.blocks import Blocks, Rendered, actions, button, confirm, context, header, sections
from bot.views.limits import FALLBACK_TEXT_MAX, MESSAGE_BLOCKS_MAX, MESSAGE_WEIGHT_MAX, weight
from bot.views.people import may_approve, nobody_left
from bot.views.question import question
from bot.views.votes import votes
from store.records import Approval, ApprovalStatus, Run
from workflows.approvals.policy import Policy
from workflows.approvals.supersede import was_approved
from workflows.gates import Asks, GateRequest
from workflows.questions.asking import is_own
from workflows.story import Story

__all__ = ["Rendered", "card"]

HEADLINE_MAX = 300
OUTCOME_TEXT_MAX = 300
CHANGED_MAX = 600

_TOO_LONG = ":warning: This request is too long to be shown whole, so it can't be approved here."
_POSTED_AGAIN = "_Posted again, since the card was deleted. Only these buttons count._"
_STUCK = "It waits until it expires, or until somebody may again; the thread says what helps."
_SHORTENED = "_The request is too long to be shown again here._"


def card(story: Story, headline: str) -> Rendered:
    """`headline` says in a few plain words what is asked ("a refund of 25.00 USD for pi_42")."""
    text = f"{mrkdwn.user(story.run.requester)} asks: {mrkdwn.literal(headline, HEADLINE_MAX)}"
    approval, request = story.approval, story.request
    if approval is None or request is None:
        said, blocks = _unasked(story, text)
    elif not story.run.status.is_open:
        said, blocks = _ended(story, text, approval, request)
    elif approval.status == ApprovalStatus.PENDING:
        said, blocks = _pending(story, text, approval, request)
    else:
        said, blocks = _decided(story.run, text, approval, request)
    return Rendered(mrkdwn.cut(f"{text} — {said}", FALLBACK_TEXT_MAX), blocks)


def emptied(story: Story) -> Rendered:
    """In place of a card that people of another organisation can read now."""
    said = f"A request of {mrkdwn.user(story.run.requester)} was closed here, and is no longer shown."
    why = mrkdwn.literal(story.run.withdrawn_text or "", OUTCOME_TEXT_MAX)
    return Rendered(said, sections([f":heavy_multiplication_x: {said}", why]))


def _unasked(story: Story, text: str) -> tuple[str, Blocks]:
    run = story.run
    if not run.status.is_open:
        return _outcome(run), [*sections([text]), *status.ending(run, None, story.effects), _after(run)]
    if run.cancelled_by:
        by = mrkdwn.user(run.cancelled_by) if mrkdwn.is_user(run.cancelled_by) else "Signoff"
        said = f"cancelled by {by}, stopping"
        return said, sections([f"{text} — {said}"])
    said = "looking into it"
    return said, [*sections([f"{text} — {said}"]), actions(f"run:{run.id}", [_cancel(run)])]


def _pending(story: Story, text: str, approval: Approval, request: GateRequest) -> tuple[str, Blocks]:
    run = story.run
    asked = [
        text,
        *_asked_again(story, approval),
        *([_POSTED_AGAIN] if story.again else []),
    ]
    policy = Policy.model_validate(approval.policy)
    may = "May approve" if request.asks == Asks.APPROVAL else "May answer"
    ask = f"{may}: {may_approve(policy)} · Expires {mrkdwn.date(approval.expires_at)}"
    top = [header(request.title), *sections(asked)]
    [yes, no] = answers(approval, request)
    # Once something is in doubt it is too late to cancel.
    others = [*no, _reasoning(run), *([] if request.asks == Asks.OUTCOME else [_cancel(run)])]
    whole = [
        *top,
        *question(request),
        context(ask),
        *sections(votes(policy, story.votes)),
        *sections([f":warning: {nobody_left(policy)} {_STUCK}"] if approval.nobody_since else []),
        actions(f"approval:{approval.id}", [*yes, *others]),
    ]
    if _fits(whole):
        return f"waiting for a decision: {mrkdwn.literal(request.title, 150)}", whole
    return "too long to be approved", [
        *top,
        *sections([_TOO_LONG]),
        context(ask),
        actions(f"approval:{approval.id}", others),
    ]


def _asked_again(story: Story, approval: Approval) -> list[str]:
    """Why this is asked once more: what has changed since somebody approved it, where somebody had."""
    if is_own(approval):
        return []
    question = (approval.gate, approval.discriminator)
    given = [each for each in story.approvals if was_approved(each)]
    before = [each for each in given if (each.gate, each.discriminator) == question]
    if before:
        by, what = mrkdwn.user(before[-1].decided_by or ""), before[-1].reason or ""
        return [f":warning: *Changed since {by} approved:* {mrkdwn.literal(what, CHANGED_MAX)}"]
    if any(each.status == ApprovalStatus.SUPERSEDED and not is_own(each) for each in story.approvals):
        return ["Asked again, since what the last question rested on has changed."]
    return []


def _decided(run: Run, text: str, approval: Approval, request: GateRequest) -> tuple[str, Blocks]:
    going_on = status.going_on(run, approval)
    below = [*status.decision(approval), *sections([going_on]), _after(run)]
    return f"{approval.status}. {going_on}", _around(text, request, below)


def _ended(story: Story, text: str, approval: Approval, request: GateRequest) -> tuple[str, Blocks]:
    run = story.run
    below = [*status.ending(run, approval, story.effects), _after(run)]
    return _outcome(run), _around(text, request, below)


def _around(text: str, request: GateRequest, below: Blocks) -> Blocks:
    top = [header(request.title), *sections([text])]
    whole = [*top, *question(request), *below]
    return whole if _fits(whole) else [*top, *sections([_SHORTENED]), *below]


def _fits(blocks: Blocks) -> bool:
    return len(blocks) <= MESSAGE_BLOCKS_MAX and weight(blocks) <= MESSAGE_WEIGHT_MAX


def _outcome(run: Run) -> str:
    told = mrkdwn.literal(run.outcome_text or "", OUTCOME_TEXT_MAX)
    return f"{status.word(run)}: {told}" if told else status.word(run)


def _reasoning(run: Run) -> dict[str, Any]:
    return button(Action.REASONING, "View reasoning", run.id)


def _cancel(run: Run) -> dict[str, Any]:
    ask = confirm(
        "Cancel this request?",
        "Only for the requester. What hasn't begun will not be done.",
        "Cancel it",
        "Back",
        style="danger",
    )
    return button(Action.CANCEL, "Cancel", run.id, confirm=ask)


def _after(run: Run) -> dict[str, Any]:
    return actions(f"run:{run.id}", [_reasoning(run)])
