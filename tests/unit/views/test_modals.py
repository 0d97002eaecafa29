"""The modals."""

import json

from bot.views.modals import notice, reasoning, reject
from tests.unit.views.slack_rules import accept_view, shown
from tests.unit.views.stories import DIGEST, HEADLINE, run, step


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


def test_reasoning_without_a_model_says_so() -> None:
    view = reasoning(HEADLINE, run(), [step(0), step(1, node="gate", text="a *b* <!here>")], 0)
    accept_view(view)
    read = shown(view["blocks"])
    assert "No model was used: rules alone" in read
    assert "1. Assess\nNo rule fired.\n" in read
    assert "2. Gate\na *b* <!here>\n" in read
    assert "took 1.2 s" in read
    assert "2 steps" in read


def test_reasoning_with_a_model_shows_tokens_and_cost_to_the_last_digit() -> None:
    spent = [step(0, tokens=1200, cost_micro_usd=345), step(1, tokens=1, cost_micro_usd=2_000_000)]
    view = reasoning(HEADLINE, run(), spent, 0)
    accept_view(view)
    read = shown(view["blocks"])
    assert "1200 tokens · $0.000345" in read
    assert "1 token · $2.00" in read
    assert "1201 tokens · $2.000345" in read
    assert "No model" not in read


def test_spend_that_ended_in_no_step_is_in_the_totals() -> None:
    read = shown(reasoning(HEADLINE, run(tokens_used=500, cost_micro_usd=70_000), [step()], 0)["blocks"])
    assert "500 tokens · $0.07" in read


def test_a_long_history_shows_its_first_and_last_steps() -> None:
    view = reasoning(HEADLINE, run(), [step(at, text=f"text {at}.") for at in range(500)], 0)
    accept_view(view)
    read = shown(view["blocks"])
    assert "420 steps between" in read
    assert "40. Assess\ntext 39." in read
    assert "text 40." not in read
    assert "461. Assess\ntext 460." in read
    assert "500. Assess\ntext 499." in read


def test_a_page_shows_its_thirty_steps() -> None:
    view = reasoning(HEADLINE, run(), [step(at, text=f"text {at}.") for at in range(100)], 4)
    accept_view(view)
    read = shown(view["blocks"])
    assert "text 89." not in read
    assert "text 90." in read
    assert "text 99." in read


def test_a_history_of_long_texts_stays_a_view_slack_opens() -> None:
    accept_view(reasoning(HEADLINE, run(), [step(at, text="🏴" * 5000) for at in range(90)], 0))


def test_a_run_without_steps_says_so() -> None:
    view = reasoning(HEADLINE, run(), [], 0)
    accept_view(view)
    assert "No steps yet" in shown(view["blocks"])


def test_a_notice_keeps_its_mentions() -> None:
    view = notice("Already decided by somebody else", "Approved by <@U0MORGAN>.")
    accept_view(view)
    assert view["title"]["text"] == "Already decided by some…"
    assert view["blocks"][0]["text"]["text"] == "Approved by <@U0MORGAN>."


def test_a_notice_is_never_empty() -> None:
    accept_view(notice("", ""))
