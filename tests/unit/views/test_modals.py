"""The modals."""

import json

from bot.views.modals import happened, notice, reject
from tests.unit.views.slack_rules import accept_view, shown
from tests.unit.views.stories import DIGEST
from workflows.gates import Asks


def test_a_rejection_asks_for_a_reason_and_remembers_what_it_is_about() -> None:
    view = reject("apr-xyz", DIGEST, "Refund 25.00 <USD>")
    accept_view(view)
    assert view["callback_id"] == "reject_reason"
    assert json.loads(view["private_metadata"]) == {"approval": "apr-xyz", "digest": DIGEST}
    asked = next(block for block in view["blocks"] if block["type"] == "input")
    assert asked["block_id"] == "reason"
    assert asked["element"]["action_id"] == "reason_text"
    assert (asked["element"]["min_length"], asked["element"]["max_length"]) == (1, 500)
    assert not asked.get("optional", False)
    assert (view["submit"]["text"], view["close"]["text"]) == ("Reject", "Back")
    assert "Refund 25.00 <USD>" in shown(view["blocks"])


def test_a_notice_keeps_its_mentions() -> None:
    view = notice("Already decided by somebody else", "Approved by <@U0MORGAN>.")
    accept_view(view)
    assert view["title"]["text"] == "Already decided by some…"
    assert view["blocks"][0]["text"]["text"] == "Approved by <@U0MORGAN>."


def test_a_notice_is_never_empty() -> None:
    accept_view(notice("", ""))


def test_a_no_is_called_what_it_does() -> None:
    said = {asks: reject("apr-xyz", DIGEST, "Refund", asks)["submit"]["text"] for asks in Asks}
    assert said == {Asks.APPROVAL: "Reject", Asks.OUTCOME: "Leave it", Asks.VERSION: "Stop it"}


def test_what_happened_is_asked_for_by_its_id() -> None:
    view = happened("apr-xyz", DIGEST, "Did it happen? Refund 25.00 <USD>", "stripe")
    accept_view(view)
    assert json.loads(view["private_metadata"]) == {"approval": "apr-xyz", "digest": DIGEST}
    [asked] = [block for block in view["blocks"] if block["type"] == "input"]
    assert asked["hint"]["text"].startswith("Its id in Stripe.")
    assert (view["title"]["text"], view["submit"]["text"]) == ("It happened", "It happened")
