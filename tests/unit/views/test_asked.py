"""A graph's own question on a card: whole, literal, and never like another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.asked import asked
from bot.views.card import card
from store.records import ApprovalStatus, RunStatus
from tests.unit.views.slack_rules import accept_message, buttons, shown
from tests.unit.views.stories import HEADLINE, approval, request, run, story
from workflows.gates import GateRequest, Question

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


def question(value: Any) -> GateRequest:
    return request(
        reason="",
        fields=(),
        findings=(),
        effects=(),
        question=Question(interrupt="i", value=value),
        title="Go on?",
        consequence="The graph goes on.",
    )


def shown_of(value: Any) -> str:
    return shown(asked(Question(interrupt="i", value=value)))


@given(VALUES)
def test_slack_takes_whatever_a_graph_asks(value: Any) -> None:
    for status in (ApprovalStatus.PENDING, ApprovalStatus.APPROVED):
        accept_message(card(story(run(), approval(status, question(value))), HEADLINE).blocks)


def test_every_entry_is_shown_and_nothing_that_was_not_looked_at_is_claimed() -> None:
    asked_for = question({"vendor": "Acme GmbH", "days": 7, "note": "first\nsecond", "tags": ["a", {"b": 1}]})
    blocks = card(story(run(), approval(asked=asked_for)), HEADLINE).blocks
    read = shown(blocks)
    for part in ("vendor: Acme GmbH", "days: 7", "notefirst\nsecond", 'tags: ["a", {"b": 1}]'):
        assert part in read
    assert "The graph goes on." in read
    for claim in ("No rule fired", "Overall risk", "exactly this runs"):
        assert claim not in read
    assert "approve" in buttons(blocks)


def test_entries_stand_in_the_order_the_graph_wrote_them_though_rows_keep_them_sorted() -> None:
    stored = Question(
        interrupt="i", value={"days": 7, "title": "Go?", "vendor": "Acme"}, order=("vendor", "days")
    )
    read = shown(asked(stored))
    assert read.index("vendor: ") < read.index("days: ") < read.index("title: ")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"days": 5}, {"days": "5"}),
        ({"ok": True}, {"ok": "true"}),
        ({"ok": None}, {"ok": "null"}),
        ({"ok": ""}, {"ok": " "}),
        ({"to": "a"}, {"to": '"a"'}),
        ({"to": "a"}, {"to": "a\u200b"}),
        ({"to": "a\u202eb"}, {"to": r"a\u202eb"}),
        ({"to": "a\nb\u202e"}, {"to": "a\nb" + r"\u202e"}),
        ({"a\u202eb": 1}, {r"a\u202eb": 1}),
        ([1, 2], "1, 2"),
        ({}, "{}"),
        ([], {}),
        ({"list": []}, {"list": "[]"}),
    ],
)
def test_different_questions_never_look_alike(one: Any, other: Any) -> None:
    assert shown_of(one) != shown_of(other)


def test_text_can_not_pass_for_another_entry() -> None:
    """The forged entry stands in a quote, and real ones don't."""
    blocks = asked(Question(interrupt="i", value={"note": "fine\ndays: 1", "days": 90}))
    kinds = [each["type"] for block in blocks for each in block["elements"]]
    assert kinds == ["rich_text_section", "rich_text_quote", "rich_text_section"]


def test_a_question_that_no_card_holds_can_be_rejected_but_not_approved() -> None:
    blocks = card(story(run(), approval(asked=question("x" * 15_000))), HEADLINE).blocks
    accept_message(blocks)
    assert "approve" not in buttons(blocks)
    assert "reject" in buttons(blocks)


def test_an_ended_run_shows_what_was_asked() -> None:
    ended = story(run(RunStatus.DONE), approval(ApprovalStatus.APPROVED, question({"vendor": "Acme"})))
    assert "vendor: Acme" in shown(card(ended, HEADLINE).blocks)
