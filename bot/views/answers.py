"""The buttons that answer a question: what says yes, and what says no. Pure."""

from typing import Any

from bot.ids import Action
from bot.views import mrkdwn
from bot.views.blocks import button, confirm
from bot.views.limits import CONFIRM_TEXT_MAX
from store.records import Approval
from workflows.gates import Asks, GateRequest

Buttons = list[dict[str, Any]]


def answers(approval: Approval, request: GateRequest) -> tuple[Buttons, Buttons]:
    """Those that let something happen, only for a reader who sees all of it; and those that don't."""
    match request.asks:
        case Asks.OUTCOME:
            return [_happened(approval), _do_it(approval, request)], [_no(approval, "Leave it")]
        case Asks.VERSION:
            return [_yes(approval, request, "Go on")], [_no(approval, "Stop it")]
        case Asks.APPROVAL:
            return [_yes(approval, request, "Approve")], [_no(approval, "Reject")]


def _yes(approval: Approval, request: GateRequest, word: str) -> dict[str, Any]:
    ask = confirm(f"{word}?", _said(request, request.consequence) or f"{word} with this?", word, "Back")
    return button(Action.APPROVE, word, _ballot(approval), style="primary", confirm=ask)


def _no(approval: Approval, word: str) -> dict[str, Any]:
    return button(Action.REJECT, word, _ballot(approval), style="danger")


def _happened(approval: Approval) -> dict[str, Any]:
    return button(Action.HAPPENED, "It happened", _ballot(approval))


def _do_it(approval: Approval, request: GateRequest) -> dict[str, Any]:
    then = "It is read once more. If it is found, nothing is done again; if not, it is done now."
    ask = confirm("It did not happen?", _said(request, then), "Do it", "Back")
    return button(Action.DO_IT, "It did not: do it", _ballot(approval), style="primary", confirm=ask)


def _said(request: GateRequest, then: str) -> str:
    """The title, shortened where need be, and then what follows, whole."""
    then = mrkdwn.fit(mrkdwn.one_line(then), 280)
    title = mrkdwn.fit(mrkdwn.one_line(request.title), CONFIRM_TEXT_MAX - len(then) - 1)
    return f"{title}\n{then}".strip()


def _ballot(approval: Approval) -> str:
    return f"{approval.id}:{approval.digest}"
