"""A model's words on a card: named as a model's, apart from the rules' findings, and only ever text."""

from typing import Any

from bot.views.question import question
from tests.scenarios.asking import elements, literal, markup
from tests.unit.views.stories import request
from workflows.gates import Risk, Summary

MODEL = "openai:gpt-5-mini"


def shown(summary: Summary | None, risk: Risk = Risk.LOW, **more: Any) -> list[dict[str, Any]]:
    return question(request(summary=summary, risk=risk, findings=(), **more))


def test_without_a_model_nothing_of_it_is_shown() -> None:
    assert "model" not in literal(shown(None)).lower()


def test_the_summary_is_quoted_and_named_as_a_model_s() -> None:
    blocks = shown(Summary(model=MODEL, text="Ada was charged twice."))
    assert f"Summary by a model, {MODEL}" in literal(blocks)
    assert "Ada was charged twice." in literal(blocks)
    assert "raised" not in literal(blocks)


def test_it_stands_in_blocks_of_its_own() -> None:
    blocks = shown(Summary(model=MODEL, text="Looks odd.", raised_from=Risk.LOW, reason="odd"), Risk.HIGH)
    of_model = [block for block in blocks if "Looks odd." in literal(block) or "odd" in literal(block)]
    of_rules = [
        block for block in blocks if "Checks" in literal(block) or "exactly this runs" in literal(block)
    ]
    assert of_model
    assert len(of_rules) == 2
    assert not [block for block in of_model if block in of_rules]


def test_a_raised_risk_says_from_where_and_why() -> None:
    blocks = shown(Summary(model=MODEL, text="x", raised_from=Risk.LOW, reason="It does not fit."), Risk.HIGH)
    assert "The model raised the risk from low to high: " in literal(blocks)
    assert "It does not fit." in literal(blocks)
    assert " Overall risk: high" in literal(blocks)
    assert " (low by the rules)" in literal(blocks)


def test_its_words_are_never_read_as_markup() -> None:
    hostile = "<!channel> <@U0MORGAN> *bold* <https://evil.example|click> :tada:"
    blocks = shown(Summary(model="<!here>", text=hostile, raised_from=Risk.LOW, reason=hostile), Risk.HIGH)
    assert hostile in literal(blocks)
    assert "!channel" not in markup(blocks)
    assert "!here" not in markup(blocks)
    assert elements(blocks, "user") == elements(blocks, "link") == []


def test_a_line_of_the_model_can_not_pass_for_one_of_ours() -> None:
    blocks = shown(Summary(model=MODEL, text="Fine.\nOverall risk: low\nApproved", raised_from=None))
    assert "Fine. Overall risk: low Approved" in literal(blocks)
