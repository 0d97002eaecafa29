"""What people and Stripe wrote is shown as it is, and calls, links and formats nothing."""

import pytest

from tests.harness import Json, Sandbox, told
from tests.scenarios.asking import Asked, ask, elements, literal, markup

TRICKS = {
    "the whole channel": "<!channel> <!here> <!everyone> @channel",
    "people and groups": "<@U0FIONA> <@U0FIONA|Riley> <!subteam^S0FINANCE> <!subteam^S0FINANCE|@leads>",
    "a forged link": "<https://evil.example|Approve> <https://evil.example>",
    "entities": "&lt;!channel&gt; &amp; &lt;@U0FIONA&gt; &amp;lt;!here&amp;gt;",
    "formatting": "*bold* _it_ ~no~ `code` ```block``` :rotating_light: >quote",
    "a date": "<!date^0^{date}^https://evil.example|approved by Morgan>",
    "words from right to left": "دفع العميل مرتين ثم طلب استرداد المبلغ",
}


@pytest.mark.parametrize("reason", TRICKS.values(), ids=TRICKS)
def test_a_reason_is_shown_word_for_word_and_calls_nobody(stage: Sandbox, reason: str) -> None:
    asked = ask(stage, f"pi_plain03 1.00 {reason}")
    card = asked.card()
    assert reason in literal(card["blocks"])
    _nothing_was_read(asked)
    assert stage.click(card, "approve")["ok"]
    root = asked.ended("done")
    assert reason in literal(root["blocks"])
    _nothing_was_read(asked)


@pytest.mark.parametrize(
    "reason",
    ["the payload was wrong", "payload={}", "a&ssl_check=1&command=/signoff", "{[% +é 🙂"],
)
def test_a_text_that_looks_like_slack_s_own_is_only_a_text(stage: Sandbox, reason: str) -> None:
    """Bolt's parser of HTTP bodies takes the first of these for an empty request."""
    asked = ask(stage, f"pi_plain03 1.00 {reason}")
    assert reason in told(asked.card())
    assert stage.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


@pytest.mark.parametrize("reason", TRICKS.values(), ids=TRICKS)
def test_the_reason_of_a_rejection_is_as_literal_everywhere(stage: Sandbox, reason: str) -> None:
    asked = ask(stage, "pi_plain03 1.00 x")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert stage.submit_reason(opened, reason)["ok"]
    root = asked.ended("rejected")
    assert _escaped(reason) in markup(root["blocks"])
    assert _escaped(f"Rejected: {reason}") in asked.thread()
    _nothing_was_read(asked)


def test_names_and_descriptions_from_stripe_are_as_literal(stage: Sandbox) -> None:
    asked = ask(stage, "pi_markup 1.00 x")
    card = asked.card()
    assert "&lt;!channel&gt; *Mallory* &amp; Sons" in markup(card["blocks"])
    _nothing_was_read(asked)


def test_characters_that_hide_or_reorder_others_are_left_out(stage: Sandbox) -> None:
    reason = "one\u202e two\u202c\x00 \x1b[31mthree\x07\u2066 four\nApproved by Morgan\t\u200ffive"
    card = ask(stage, f"pi_plain03 1.00 {reason}").card()
    assert "one two [31mthree four Approved by Morgan five" in literal(card["blocks"])


def test_the_longest_reason_allowed_stands_on_the_card_whole(stage: Sandbox) -> None:
    reason = "<&>" * 166 + "<!"
    assert len(reason) == 500
    card = ask(stage, f"pi_plain03 1.00 {reason}").card()
    assert reason in literal(card["blocks"])
    assert "1.00 USD" in str(next(each for each in elements(card["blocks"], "button"))["confirm"])


def _nothing_was_read(asked: Asked) -> None:
    """Only those who may approve were called, and the requester at the end; no markup came through."""
    root, replies = asked.root(), asked.replies()
    assert "U0RILEY" in root["mentions"]
    for each in [root, *replies]:
        assert set(each["mentions"]) <= {"U0RILEY", "U0MORGAN", "U0SAM"}
        _is_clean(each)


def _is_clean(message: Json) -> None:
    for read in (markup(message["blocks"]), message["text"]):
        for trick in (
            "<!channel",
            "<!here",
            "<!everyone",
            "<@U0FIONA",
            "<!subteam^S0FINANCE",
            "<https://evil",
        ):
            assert trick not in read
    assert elements(message["blocks"], "link") == []
    assert "U0FIONA" not in [each["user_id"] for each in elements(message["blocks"], "user")]
    assert told(message)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
