"""The card while Signoff itself asks: what became of an effect, or whether another version goes on."""

from bot.views.card import card
from store.records import ApprovalStatus, EffectState, RunStatus
from tests.unit.views import stories
from tests.unit.views.slack_rules import accept_message, buttons, shown
from tests.unit.views.stories import HEADLINE, approval, effect, run, story
from workflows.gates import EffectCall


def test_a_doubt_shows_the_effect_what_is_known_and_what_each_answer_does() -> None:
    told = story(run(), approval(asked=stories.doubt()), effects=(effect(EffectState.UNKNOWN),))
    rendered = card(told, HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    for part in (
        "Did it happen? Refund 25.00 USD",
        "Stripe has not answered for 20 hours.",
        "In question is exactly this",
        "stripe.refund: amount 2500, currency usd, payment pi_42",
        "Give its id, which is looked up before it counts.",
        "it is read once more, and done if it isn't there.",
    ):
        assert part in read
    assert "No rule fired" not in read
    assert "If approved" not in read


def test_a_doubt_has_three_answers_and_can_not_be_cancelled() -> None:
    found = buttons(card(story(run(), approval(asked=stories.doubt())), HEADLINE).blocks)
    assert {id: each["text"]["text"] for id, each in found.items()} == {
        "happened": "It happened",
        "do_it": "It did not: do it",
        "reject": "Leave it",
        "view_reasoning": "View reasoning",
    }
    assert {each["value"] for id, each in found.items() if id != "view_reasoning"} == {
        f"apr-xyz:{stories.DIGEST}"
    }
    assert "done now" in found["do_it"]["confirm"]["text"]["text"]


def test_a_doubt_that_can_not_be_shown_whole_can_only_be_left() -> None:
    long = EffectCall(**{**stories.call().model_dump(), "arguments": {"note": "x" * 40_000}})
    found = buttons(card(story(run(), approval(asked=stories.doubt(effects=(long,)))), HEADLINE).blocks)
    assert list(found) == ["reject", "view_reasoning"]


def test_another_version_is_gone_on_with_or_stopped() -> None:
    rendered = card(story(run(), approval(asked=stories.another_version())), HEADLINE)
    accept_message(rendered.blocks)
    found = buttons(rendered.blocks)
    assert {id: each["text"]["text"] for id, each in found.items()} == {
        "approve": "Go on",
        "reject": "Stop it",
        "view_reasoning": "View reasoning",
        "cancel": "Cancel",
    }
    assert "version 2" in shown(rendered.blocks)


def test_once_it_is_answered_the_card_is_about_the_request_again() -> None:
    """What was answered stands in the thread."""
    asked = approval(ApprovalStatus.APPROVED)
    answered = approval(ApprovalStatus.APPROVED, stories.doubt(), said="happened", said_id="re_7")
    for of in (run(RunStatus.RUNNING), run(RunStatus.DONE)):
        read = shown(card(story(of, asked, answered, effects=(effect(),)), HEADLINE).blocks)
        assert "If approved, exactly this runs" in read
        assert "Did it happen?" not in read
