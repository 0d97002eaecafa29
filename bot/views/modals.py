"""Modals: the reason for a No, the record of an effect in doubt, a notice, and the frame of them all."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.ids import Block, Callback, Input
from bot.views import mrkdwn
from bot.views.blocks import Blocks, plain, sections
from bot.views.limits import VIEW_TITLE_MAX
from workflows.gates import Asks

REASON_MAX = 500
RECORD_MAX = 100
NOTICE_TEXT_MAX = 9000


# The modal's title and submit button, and what it asks.
_NO = {
    Asks.APPROVAL: ("Reject", "Why is it rejected?"),
    Asks.OUTCOME: ("Leave it", "Why is it left as it is?"),
    Asks.VERSION: ("Stop it", "Why is it stopped?"),
}


def reject(approval_id: str, digest: str, title: str, asks: Asks = Asks.APPROVAL) -> dict[str, Any]:
    """Asks why; `private_metadata` is `{"approval": id, "digest": digest}`."""
    no, why = _NO[asks]
    reason = {
        "type": "input",
        "block_id": Block.REASON.value,
        "label": plain(why),
        "hint": plain("The requester reads this."),
        "element": {
            "type": "plain_text_input",
            "action_id": Input.REASON.value,
            "multiline": True,
            "min_length": 1,
            "max_length": REASON_MAX,
        },
    }
    return _about(_Ballot(approval_id, digest), title, Callback.REJECT, no, reason)


def happened(approval_id: str, digest: str, title: str, system: str) -> dict[str, Any]:
    """Asks which record of `system` it is that an effect in doubt made; `private_metadata` as in `reject`."""
    record = {
        "type": "input",
        "block_id": Block.RECORD.value,
        "label": plain("Which record is it?"),
        "hint": plain(f"Its id in {system.capitalize()}. It is looked up there before it counts."),
        "element": {
            "type": "plain_text_input",
            "action_id": Input.RECORD.value,
            "min_length": 1,
            "max_length": RECORD_MAX,
        },
    }
    return _about(_Ballot(approval_id, digest), title, Callback.HAPPENED, "It happened", record)


@dataclass(frozen=True)
class _Ballot:
    approval: str
    digest: str


def _about(
    ballot: _Ballot, title: str, callback: Callback, answer: str, field: dict[str, Any]
) -> dict[str, Any]:
    return {
        **modal(callback, answer, [*sections([f"*{mrkdwn.literal(title, 150)}*"]), field]),
        "submit": plain(answer),
        "close": plain("Back"),
        "private_metadata": json.dumps(asdict(ballot)),
    }


def notice(title: str, text: str) -> dict[str, Any]:
    """`text` is finished mrkdwn, so that it can mention people; escape what others wrote before."""
    return modal(Callback.NOTICE, title, sections([mrkdwn.cut(text, NOTICE_TEXT_MAX)]) or sections(["…"]))


def modal(callback: Callback, title: str, blocks: Blocks) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback.value,
        "title": plain(mrkdwn.fit(mrkdwn.one_line(title), VIEW_TITLE_MAX) or "Signoff"),
        "close": plain("Close"),
        "blocks": blocks,
    }
