"""An interrupt's value becomes a question that binds all it shows, or is refused by its place."""

from datetime import date
from typing import Any

import pytest
from langgraph.types import Interrupt
from pydantic import ValidationError

from workflows.any_graph.errors import Unshowable
from workflows.any_graph.question import LENGTH_MAX, request_of
from workflows.gates import GateRequest


def asked(value: Any, id: str = "i1") -> GateRequest:
    return request_of("legal_review", 0, Interrupt(value=value, id=id))


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("Ship it?", "Ship it?"),
        ({"title": "Give Acme access"}, "Give Acme access"),
        ({"question": "Is this right?", "x": 1}, "Is this right?"),
        ({"amount": 5}, "Legal review asks"),
        ({"title": 5}, "Legal review asks"),
        ({"title": "two\nlines"}, "Legal review asks"),
        ("x" * 151, "Legal review asks"),
        (" ", "Legal review asks"),
        (None, "Legal review asks"),
        ([1, 2], "Legal review asks"),
    ],
)
def test_its_title_is_the_questions_own_or_names_the_node(value: Any, title: str) -> None:
    assert asked(value).title == title


@pytest.mark.parametrize("value", ["text", 5, 0.5, True, None, ["a", {"b": [None]}], {"a": {"b": "c"}}, {}])
def test_json_like_values_are_kept_as_they_are(value: Any) -> None:
    question = asked(value).question
    assert question is not None
    assert question.value == value
    assert type(question.value) is type(value)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (object(), "the question is a object"),
        ({"when": date(2026, 1, 1)}, "the question['when'] is a date"),
        ({"items": ["a", b"b"]}, "the question['items'][1] is a bytes"),
        ({1: "a"}, "the question has the key 1"),
        (float("nan"), "the question is a float"),
        ({"x": float("inf")}, "the question['x'] is a float"),
        ("\ud800", "no valid Unicode"),
        ({"\ud800": 1}, "no valid Unicode"),
        ("x" * (LENGTH_MAX + 1), "legal_review asks with 20,003 characters"),
    ],
)
def test_what_no_card_can_show_is_refused_by_its_place(value: Any, place: str) -> None:
    with pytest.raises(Unshowable) as refused:
        asked(value)
    assert place in str(refused.value)


def test_the_digest_covers_everything_that_is_shown_and_which_interrupt_asks() -> None:
    others = [
        asked({"a": 1}),
        asked({"a": True}),
        asked({"a": "1"}),
        asked({"b": 1}),
        asked({"a": 1}, "i2"),
        asked({"a": 1}).model_copy(update={"title": "Other"}),
        asked({"a": 1}).model_copy(update={"consequence": "Other"}),
    ]
    assert len({each.digest for each in others}) == len(others)
    assert asked({"a": 1}).digest == asked({"a": 1}).digest


def test_its_format_is_pinned() -> None:
    """Another value here is another digest for questions already asked; the first of them kept no order."""
    ordered = asked({"a": 1})
    assert ordered.digest == "70a7e8caae72c04dcda7445cb2f9b18f8d88d756c5c1819082509002f2a5f00a"
    assert ordered.question is not None
    unordered = ordered.model_copy(update={"question": ordered.question.model_copy(update={"order": ()})})
    assert unordered.digest == "767c1c4619fb611c2235af88fd2994dfa416f15d560f9ad2eee5a67d07c21278"


def test_a_request_is_about_effects_or_a_question_and_never_about_nothing() -> None:
    with pytest.raises(ValidationError, match="one of the two"):
        GateRequest(gate="g", title="t", consequence="c")
