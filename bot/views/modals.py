"""Modals: the reason for a rejection, a plain notice, and the frame every modal has."""

import json
from typing import Any

from bot.ids import Block, Callback, Input
from bot.views import mrkdwn
from bot.views.blocks import Blocks, plain, sections
from bot.views.limits import VIEW_TITLE_MAX

REASON_MAX = 500
NOTICE_TEXT_MAX = 9000


def reject(approval_id: str, digest: str, title: str) -> dict[str, Any]:
    """Asks why; `private_metadata` is `{"approval": id, "digest": digest}`."""
    reason = {
        "type": "input",
        "block_id": Block.REASON.value,
        "label": plain("Why is it rejected?"),
        "hint": plain("The requester reads this."),
        "element": {
            "type": "plain_text_input",
            "action_id": Input.REASON.value,
            "multiline": True,
            "min_length": 1,
            "max_length": REASON_MAX,
        },
    }
    return {
        **modal(Callback.REJECT, "Reject", [*sections([f"*{mrkdwn.literal(title, 150)}*"]), reason]),
        "submit": plain("Reject"),
        "close": plain("Back"),
        "private_metadata": json.dumps({"approval": approval_id, "digest": digest}),
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
