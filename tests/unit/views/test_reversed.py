"""What was done and taken back later shows wherever the run is shown."""

from datetime import timedelta

from bot.views.card import card
from bot.views.entries import Lines
from bot.views.signoff import story as story_in_short
from bot.views.thread import reply
from store.records import ApprovalStatus, EffectState, Run, RunStatus
from tests.unit.views.slack_rules import accept_message, shown
from tests.unit.views.stories import HEADLINE, NOW, approval, effect, run, story
from workflows.desk import Item

TOLD = "Refund re_7 of 25.00 USD failed at Stripe after it had gone through. Ask again if it is still owed."


def reversed_run() -> Run:
    later = NOW + timedelta(hours=2)
    return run(RunStatus.DONE, outcome="refund_reversed", outcome_text=TOLD, reversed_at=later)


def test_the_card_says_so_first_and_no_longer_only_that_it_is_done() -> None:
    decided = approval(ApprovalStatus.APPROVED)
    told = story(reversed_run(), decided, effects=(effect(EffectState.REVERSED),))
    rendered = card(told, HEADLINE)
    assert f"— reversed: {TOLD}" in rendered.text
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    assert ":warning: *Done, and reversed later* · refund reversed" in read
    assert "white_check_mark" not in read
    assert "`stripe.refund` done, later reversed: re_7" in read


def test_home_says_so_to_the_requester_and_to_whoever_decided() -> None:
    lines = Lines(lambda run: HEADLINE, "https://sandbox.example/")
    item = Item(reversed_run(), approval(ApprovalStatus.APPROVED), None)
    assert ":warning: Reversed · asked <!date" in lines.asked(item)
    assert lines.asked(item).endswith(f"\n{TOLD}")
    assert ":white_check_mark: Approved by <@U0MORGAN>" in lines.decided(item)
    assert "· :warning: Reversed <!date^" in lines.decided(item)


def test_the_story_in_short_says_so() -> None:
    lines = Lines(lambda run: HEADLINE, "https://sandbox.example/")
    told = story(reversed_run(), approval(ApprovalStatus.APPROVED), effects=(effect(EffectState.REVERSED),))
    assert "Done, and reversed later" in str(story_in_short(told, [], lines).blocks)


def test_a_reply_calls_everyone_it_is_for() -> None:
    assert reply(TOLD, ("U0RILEY", "U0MORGAN")).text == f"<@U0RILEY>, <@U0MORGAN>, {TOLD}"
