"""What the user reads when something is refused or already over: one place, one tone."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from bot.views.modals import REASON_MAX
from bot.views.mrkdwn import date, escape, literal, user
from bot.views.people import may_approve
from store.audit import SIGNOFF
from store.records import ApprovalStatus
from workflows.approvals.decide import Answer, AnswerKind, Cast
from workflows.approvals.policy import Verdict
from workflows.inputs import Problem
from workflows.runs import CancelAnswer
from workflows.workflow import Installed

NOT_RECORDED_CLICK = (
    "This may not have been taken: look at the card, and click again if it hasn't changed. "
    "A second click does no harm."
)
NOT_RECORDED_COMMAND = (
    "This may not have been taken: look for it in the channel, and ask again if it isn't there."
)
GONE_WRONG = "Something went wrong on our side, and this was not taken. Please try again in a moment."
ANOTHER_WORKSPACE = (
    "This belongs to another Slack workspace than the one this Signoff works for, so nothing was done."
)
UNKNOWN_KIND = (
    "This Signoff doesn't know what this is: it may come from another version of it. Nothing was done. "
    "`/signoff help` says what there is."
)
NO_RECORD_ID = "That is no record's id: letters, digits and _ : . - only, as its system shows it."
HEADLINE_MAX = 300
UNKNOWN_RUN = "Signoff knows no such request any more."
NO_SUCH_WORKFLOW = "What this form asks for is no longer installed, so nothing was started."
NOT_SHOWN = (
    "Signoff knows no such request, or it is not yours to see here. "
    "Ask in the channel where its card is; `/signoff pending` lists what is yours."
)


def problems(found: Sequence[Problem], installed: Installed) -> str:
    lines = "\n".join(f"• {escape(_sentence(problem.text))}" for problem in found)
    name, usage = installed.workflow.name, escape(installed.workflow.usage)
    return f"Nothing was started.\n{lines}\nUsage: `/{name} {usage}`"


def started(installed: Installed, wanted: BaseModel) -> str:
    headline = literal(installed.workflow.headline(wanted.model_dump(mode="json")), HEADLINE_MAX)
    return f"On it: {headline}. Follow it in <#{installed.settings.channel}>."


def too_many_open(limit: int) -> str:
    return f"You have {limit} open requests, which is the limit. Wait for some to end, or cancel one."


def too_long(length: int) -> str:
    return f"The reason has {length:,} characters; {REASON_MAX} is the limit."


def answer(given: Answer, now: datetime) -> str:
    """For every answer but a decision, which the card itself shows."""
    if given.kind == AnswerKind.RECORDED:
        return _counts(given)
    if given.kind == AnswerKind.ALREADY_DECIDED:
        return _already(given, now)
    if given.kind == AnswerKind.NOT_ALLOWED:
        return _not_allowed(given)
    if given.kind == AnswerKind.NOT_WHAT_WAS_SHOWN:
        return (
            "This button does not belong to what is being asked, so nothing was decided. Use the card's own."
        )
    return "Signoff knows no such question, so nothing was decided."


def cancel(given: CancelAnswer) -> str:
    return {
        CancelAnswer.CANCELLED: "Cancelled. The card will say so in a moment.",
        CancelAnswer.NOT_YOURS: "Only the person who asked can cancel this. Approvers can reject it.",
        CancelAnswer.TOO_LATE: "Too late to cancel: it has begun already. The thread tells how it comes out.",
        CancelAnswer.ENDED: "This is over already; there is nothing left to cancel.",
        CancelAnswer.UNKNOWN: UNKNOWN_RUN,
        CancelAnswer.WITHDRAWN: "Signoff has cancelled this already. The card says why.",
        CancelAnswer.WITHDRAWN_WHEN_DONE: (
            "Signoff has cancelled this already, and what had been done before stays done. The card says why."
        ),
        CancelAnswer.WITHDRAWN_IN_DOUBT: (
            "Signoff has cancelled this already, but it had begun, and whether it happened is not known. "
            "Look for it before asking again."
        ),
    }[given]


def _counts(given: Answer) -> str:
    """More are needed, and the card may show so much later than whoever clicked looks at it."""
    more, say = ("one more is", "says") if given.missing == 1 else (f"{given.missing} more are", "say")
    if given.said is None:
        counts = "You have approved this already" if given.cast == Cast.AGAIN else "Your approval counts"
        return f"{counts}; {more} needed."
    noted = {Cast.AGAIN: "You have said so already", Cast.INSTEAD: "Noted, instead of what you said before"}
    return f"{noted.get(given.cast or Cast.FIRST, 'Noted')}; {more} needed who {say} the same."


def _already(given: Answer, now: datetime) -> str:
    when = date(given.at or now)
    if given.status == ApprovalStatus.EXPIRED:
        return f"Too late: this expired {when}. The requester can ask again."
    if given.status == ApprovalStatus.SUPERSEDED:
        return "This question was replaced; look for the newer one in the thread."
    by = "Signoff" if given.by in (None, SIGNOFF) else user(str(given.by))
    return f"Already {given.status} by {by}, {when}."


def _not_allowed(given: Answer) -> str:
    who = may_approve(given.policy) if given.policy else "the approvers"
    if given.verdict == Verdict.OWN_REQUEST:
        return f"You asked for this, so someone else decides: {who}."
    if given.verdict == Verdict.NOT_A_FULL_MEMBER:
        return f"Only active full members of this workspace decide. Here that is {who}."
    if given.verdict == Verdict.FACTS_STALE:
        return "Slack did not tell who may approve, so nothing was decided. Please click again in a moment."
    return f"You can't decide this one; {who} can."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
