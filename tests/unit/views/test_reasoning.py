"""The reasoning modal: right for three steps and for three thousand."""

import json
from typing import Any

import pytest

from bot.views.reasoning import reasoning
from store.records import Run, RunStatus, Step
from tests.unit.views.slack_rules import accept_view, buttons, shown
from tests.unit.views.stories import HEADLINE, run, step
from workflows.reasoning import PAGE_STEPS, Reasoning

VIEW_BYTES_MAX = 250_000


def view_of(
    steps: list[Step], first: int = 1, total: int | None = None, of: Run | None = None
) -> dict[str, Any]:
    view = reasoning(HEADLINE, Reasoning(of or run(), tuple(steps), first, total or len(steps)))
    accept_view(view)
    assert len(json.dumps(view)) < VIEW_BYTES_MAX
    return view


def page_at(first: int, total: int, status: RunStatus = RunStatus.WAITING) -> dict[str, Any]:
    count = min(PAGE_STEPS, total - first + 1)
    steps = [step(number, text=f"text {number}.") for number in range(first, first + count)]
    return view_of(steps, first, total, run(status))


def offered(view: dict[str, Any]) -> dict[str, int | None]:
    """Which step each button leads to, by its label."""
    found = {each["text"]["text"]: json.loads(each["value"]) for each in buttons(view["blocks"]).values()}
    assert all(each["run"] == "run-abc" for each in found.values())
    return {label: each["first"] for label, each in found.items()}


def test_without_a_model_it_says_so() -> None:
    read = shown(view_of([step(0), step(1, node="gate", text="a *b* <!here>")])["blocks"])
    assert "No model was used: rules alone" in read
    assert "1. Assess\nNo rule fired.\n" in read
    assert "2. Gate\na *b* <!here>\n" in read
    assert "took 1.2 s" in read
    assert "2 steps" in read
    assert "token" not in read


def test_with_a_model_it_shows_tokens_and_cost_to_the_last_digit() -> None:
    spent = [step(0, tokens=1200, cost_micro_usd=345), step(1, tokens=1, cost_micro_usd=2_000_000)]
    read = shown(view_of(spent)["blocks"])
    assert "1200 tokens · $0.000345" in read
    assert "1 token · $2.00" in read
    assert "1201 tokens · $2.000345" in read
    assert "No model" not in read


def test_spend_that_ended_in_no_step_or_on_another_page_is_in_the_total() -> None:
    read = shown(view_of([step()], of=run(tokens_used=500, cost_micro_usd=70_000))["blocks"])
    assert "500 tokens · $0.07" in read


def test_a_call_that_may_have_cost_something_and_said_nothing_is_shown_with_its_cost() -> None:
    read = shown(view_of([step(0, cost_micro_usd=8_953)], of=run(cost_micro_usd=8_953))["blocks"])
    assert read.count("0 tokens · $0.008953") == 2
    assert "No model" not in read


def test_a_short_history_of_an_ended_run_has_no_buttons() -> None:
    view = page_at(1, 3, RunStatus.DONE)
    assert offered(view) == {}
    assert "Steps" not in shown(view["blocks"])


@pytest.mark.parametrize(
    ("first", "where", "leads"),
    [
        (2971, "Steps 2,971 to 3,000 of 3,000", {"Oldest": 1, "Older": 2941}),
        (31, "Steps 31 to 60 of 3,000", {"Oldest": 1, "Older": 1, "Newer": 61, "Newest": None}),
        (11, "Steps 11 to 40 of 3,000", {"Oldest": 1, "Older": 1, "Newer": 41, "Newest": None}),
        (1, "Steps 1 to 30 of 3,000", {"Newer": 31, "Newest": None}),
    ],
)
def test_a_page_says_which_steps_it_shows_and_leads_to_the_others(
    first: int, where: str, leads: dict[str, int | None]
) -> None:
    view = page_at(first, 3000, RunStatus.DONE)
    read = shown(view["blocks"])
    assert where in read
    assert f"{first:,}. Assess\ntext {first}." in read
    assert offered(view) == leads


def test_two_pages_lead_to_each_other_without_a_detour() -> None:
    assert offered(page_at(2, 31, RunStatus.DONE)) == {"Older": 1}
    assert offered(page_at(1, 31, RunStatus.DONE)) == {"Newer": 31}


def test_the_newest_steps_of_a_run_that_goes_on_offer_to_look_again() -> None:
    assert offered(page_at(1, 3, RunStatus.RUNNING)) == {"Look for newer": None}
    assert "Look for newer" in offered(page_at(71, 100))
    assert "Look for newer" not in offered(page_at(41, 100))


@pytest.mark.parametrize(
    "text", ["🏴" * 5000, "long " * 1000, '"' * 3000, "\u2028" * 3000, "a" + "🏴" * 2999]
)
def test_a_page_of_long_texts_stays_a_view_slack_opens(text: str) -> None:
    view_of([step(at, text=text) for at in range(PAGE_STEPS)], 31, 3000)


def test_only_the_long_texts_of_a_page_are_cut() -> None:
    whole = "short but whole: " + "x" * 2900
    steps = [step(0, text=whole), *(step(at, text="🏴" * 3000) for at in range(1, PAGE_STEPS))]
    read = shown(view_of(steps)["blocks"])
    assert whole in read
    assert read.count("🏴…") == PAGE_STEPS - 1


def test_a_run_without_steps_says_so() -> None:
    assert "No steps yet" in shown(view_of([])["blocks"])
