"""View reasoning over a history of thousands: from card, App Home and `/signoff show`, for any workflow."""

from collections.abc import Callable

import pytest

from tests.harness import Json, Sandbox, buttons, until
from tests.histories import long_history
from tests.scenarios.asking import Asked, alone, ask, literal, markup

STEPS = 3000


@pytest.fixture
def asked(trouble: Sandbox) -> Asked:
    asked = ask(trouble, "pi_plain26 1.20 a long story")
    asked.card()
    return asked


def test_three_thousand_steps_are_turned_page_by_page_from_wherever_they_are_opened(asked: Asked) -> None:
    sandbox = asked.sandbox
    run = buttons(asked.root())["view_reasoning"]["value"]
    before = int(
        _total(_opened(sandbox, "sam", lambda: sandbox.click(asked.root(), "view_reasoning", user="sam")))
    )
    long_history(sandbox, run, STEPS)
    total = before + STEPS

    view = _opened(sandbox, "sam", lambda: sandbox.click(asked.root(), "view_reasoning", user="sam"))
    assert f"Steps {total - 29:,} to {total:,} of {total:,}" in markup(view["blocks"])
    last = literal(view["blocks"]).split(f"{total:,}. Look")[1]
    assert "Looked at item 3,000." in last
    assert set(_offered(view)) == {"oldest_steps", "older_steps", "newest_steps"}

    view = _turned(sandbox, view, "oldest_steps")
    assert f"Steps 1 to 30 of {total:,}" in markup(view["blocks"])
    assert "1. Read payment" in literal(view["blocks"])
    view = _turned(sandbox, view, "newer_steps")
    assert f"Steps 31 to 60 of {total:,}" in markup(view["blocks"])
    view = _turned(sandbox, view, "older_steps")
    assert f"Steps 1 to 30 of {total:,}" in markup(view["blocks"])
    assert sandbox.post("close", user="sam", view_id=view["id"])["ok"]

    home = sandbox.home_of("morgan")
    in_home = {"view_id": home["id"], "action_id": "view_reasoning", "value": run}
    view = _opened(sandbox, "morgan", lambda: sandbox.post("click", user="morgan", **in_home))
    assert f"of {total:,}" in markup(view["blocks"])
    assert sandbox.post("close", user="morgan", view_id=view["id"])["ok"]

    assert sandbox.command(f"show {run}", command="/signoff")["ok"]
    shown = until(
        lambda: [each for each in alone(sandbox, "riley") if run in str(each["blocks"])], "the story"
    )
    assert "Looked at item 3,000." in markup(shown[-1]["blocks"])
    view = _opened(sandbox, "riley", lambda: sandbox.click(shown[-1], "view_reasoning", user="riley"))
    assert f"of {total:,}" in markup(view["blocks"])
    assert sandbox.post("close", user="riley", view_id=view["id"])["ok"]

    assert sandbox.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def test_a_click_in_home_that_opens_nothing_is_answered_directly(asked: Asked) -> None:
    sandbox = asked.sandbox
    home = sandbox.home_of("morgan")
    sandbox.fault("slack", "error", method="views.open", code="internal_error")
    before = [each for each in sandbox.messages() if each["channel"] == "D0MORGAN"]
    assert sandbox.post("click", user="morgan", view_id=home["id"], action_id="view_reasoning")["ok"]
    [told] = until(
        lambda: [each for each in sandbox.messages() if each["channel"] == "D0MORGAN"][len(before) :],
        "a direct message to Morgan",
    )
    assert "Something went wrong on our side" in told["text"]
    assert sandbox.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def test_a_brought_graphs_reasoning_is_opened_like_any_other(trouble: Sandbox) -> None:
    assert trouble.command("Acme payroll audit", command="/vendor-access")["ok"]
    card = until(lambda: _card_of(trouble, "Acme"), "the card")
    view = _opened(trouble, "sam", lambda: trouble.click(card, "view_reasoning", user="sam"))
    assert "Classify" in literal(view["blocks"])
    assert set(_offered(view)) == {"newest_steps"}  # the run is open, so there may be newer ones
    assert trouble.post("close", user="sam", view_id=view["id"])["ok"]
    assert trouble.click(card, "cancel", user="riley")["ok"]


def _card_of(sandbox: Sandbox, word: str) -> Json | None:
    cards = [
        each
        for each in sandbox.messages()
        if each["channel"] == "C0GENERAL" and word in str(each["blocks"]) and "approve" in buttons(each)
    ]
    return cards[-1] if cards else None


def _opened(sandbox: Sandbox, user: str, act: Callable[[], Json]) -> Json:
    view: Json = sandbox.opens(user, act)["view"]
    assert view["title"]["text"] == "Reasoning"
    return view


def _turned(sandbox: Sandbox, view: Json, action: str) -> Json:
    assert sandbox.post("click", user="sam", view_id=view["id"], action_id=action)["ok"]

    def turned() -> Json | None:
        now: Json = sandbox.state()["views"]["U0SAM"][-1]
        return now if now["hash"] != view["hash"] else None

    return until(turned, "the other page")


def _offered(view: Json) -> list[str]:
    return [each for each in buttons(view) if each.endswith("_steps")]


def _total(view: Json) -> str:
    total = markup(view["blocks"]).split("*Total so far:* ")[1]
    return total.split(" ")[0]
