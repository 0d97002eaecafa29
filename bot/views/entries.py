"""One run as an entry of a list, in App Home and `/signoff pending`: what it is, its card, how it stands."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.views import mrkdwn, status
from bot.views.describe import RISK_EMOJI
from store.records import Approval, ApprovalStatus, OutboxKind, Run, RunStatus
from workflows.approvals.policy import Said
from workflows.desk import Item, Undelivered
from workflows.gates import Asks, GateRequest

HEADLINE_MAX = 150
TITLE_MAX = 120
OUTCOME_MAX = 150
# Slack's word for why it refused something. Anything else is a failure of ours, and told by the log alone.
_WORD = re.compile(r"[a-z_]{1,60}")

_DECIDED = {
    ApprovalStatus.APPROVED: ":white_check_mark: Approved",
    ApprovalStatus.REJECTED: ":no_entry_sign: Rejected",
    ApprovalStatus.EXPIRED: ":hourglass: Expired",
    ApprovalStatus.CANCELLED: ":heavy_multiplication_x: Cancelled",
}
_SAID = {
    Said.HAPPENED: ":white_check_mark: Said to have happened",
    Said.DID_NOT_HAPPEN: ":repeat: Said not to have happened, and to be done",
}
_OF_OUR_OWN = {
    (Asks.OUTCOME, ApprovalStatus.REJECTED): ":no_entry_sign: Left as it is",
    (Asks.VERSION, ApprovalStatus.APPROVED): ":white_check_mark: Told to go on",
    (Asks.VERSION, ApprovalStatus.REJECTED): ":no_entry_sign: Stopped",
}
_REFUSED = {
    OutboxKind.ROOT: "Its card",
    OutboxKind.CARD: "A change of its card",
    OutboxKind.STEP: "A step",
    OutboxKind.ASK: "The call to its approvers",
    OutboxKind.REPLY: "A reply about it",
    OutboxKind.WHISPER: "A word to who asked",
}


@dataclass(frozen=True)
class Lines:
    """Writes entries. `headline` says what a run asks for, `workspace_url` ends with a slash."""

    headline: Callable[[Run], str]
    workspace_url: str

    def waiting(self, item: Item) -> str:
        """A question, for whoever may decide it."""
        run, approval = item.run, item.approval
        if approval is None:
            return self.asked(item)
        request = GateRequest.model_validate(approval.request)
        asks = f"{mrkdwn.user(run.requester)} asks: {self._asks(run)}"
        # Nobody has looked at a brought graph's question, so no risk is claimed for it.
        mark = "grey_question" if request.question else RISK_EMOJI[request.risk]
        return (
            f":{mark}: *{self._linked(item, request.title)}*\n"
            f"{asks} · expires {mrkdwn.date(approval.expires_at)}"
        )

    def asked(self, item: Item) -> str:
        """A request, for the person who asked for it."""
        run = item.run
        headline = mrkdwn.one_line(self.headline(run))
        told = mrkdwn.literal(run.outcome_text or "", OUTCOME_MAX) if not run.status.is_open else ""
        return (
            f"*{self._linked(item, headline[:1].upper() + headline[1:])}*\n"
            f"{_standing(item)} · asked {mrkdwn.date(run.created_at)}" + (f"\n{told}" if told else "")
        )

    def decided(self, item: Item) -> str:
        """A decision, and what became of it."""
        run, approval = item.run, item.approval
        if approval is None or approval.decided_at is None:
            return self.asked(item)
        title = GateRequest.model_validate(approval.request).title
        by = approval.decided_by or ""
        who = f" by {mrkdwn.user(by)}" if mrkdwn.is_user(by) else ""
        return (
            f"*{self._linked(item, title)}* · {self._asks(run)}, asked by {mrkdwn.user(run.requester)}\n"
            f"{_verdict(approval)}{who} {mrkdwn.date(approval.decided_at)}"
            f"{_came_of_it(run, approval)}"
        )

    def undelivered(self, given: Undelivered) -> str:
        """What could not be shown of a request, where, and why."""
        letter, run = given.letter, given.run
        why = letter.error if _WORD.fullmatch(letter.error) else "it could not be sent"
        return (
            f":warning: *{self._asks(run)}*, asked by {mrkdwn.user(run.requester)}\n"
            f"{_REFUSED[letter.kind]} could not be shown in {mrkdwn.channel(letter.channel)}: {why} "
            f"· {mrkdwn.date(letter.dead_at)}"
        )

    def link(self, item: Item, label: str) -> str:
        """The label, linked to the run's card once that is posted."""
        if item.card is None:
            return mrkdwn.escape(mrkdwn.one_line(label))
        return mrkdwn.message(self.workspace_url, item.card.channel, item.card.ts, label)

    def _linked(self, item: Item, label: str) -> str:
        return self.link(item, mrkdwn.fit(mrkdwn.one_line(label), TITLE_MAX) or "Request")

    def _asks(self, run: Run) -> str:
        return mrkdwn.literal(self.headline(run), HEADLINE_MAX)


def _verdict(approval: Approval) -> str:
    if approval.said:
        return _SAID[Said(approval.said)]
    asks = GateRequest.model_validate(approval.request).asks
    return _OF_OUR_OWN.get((asks, approval.status)) or _DECIDED.get(approval.status, approval.status.value)


def _came_of_it(run: Run, approval: Approval) -> str:
    """Nothing where it went as it was decided."""
    if run.reversed_at:
        return f" · :warning: Reversed {mrkdwn.date(run.reversed_at)}"
    went_wrong = run.status in (RunStatus.FAILED, RunStatus.HALTED)
    if went_wrong and approval.status == ApprovalStatus.APPROVED:
        return f" · :warning: {status.word(run).capitalize()}"
    return ""


def _standing(item: Item) -> str:
    run, approval = item.run, item.approval
    if not run.status.is_open:
        mark = ":warning: " if run.reversed_at else ""
        return f"{mark}{status.word(run).capitalize()}"
    if approval is not None and approval.status == ApprovalStatus.PENDING:
        return "Waiting for a decision"
    return "Looking into it" if approval is None else "Working on it"
