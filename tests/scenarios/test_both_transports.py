"""Over Socket Mode and over signed HTTP a person sees the same: the road, its modals, and its repeats.

SIGNOFF_TESTS_DELIVER=http runs all the other scenarios over HTTP.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from tests.harness import Deliver, Sandbox, buttons, quick_config, running_sandbox, told, until
from tests.scenarios.asking import Asked, ask, attempts, hears, refund, roots


@pytest.fixture(scope="module", params=get_args(Deliver))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder: Path = tmp_path_factory.mktemp("transport")
    with running_sandbox(folder / "home", config=quick_config(folder), deliver=request.param) as running:
        yield running


def test_a_refund_is_asked_for_approved_and_made_once(place: Sandbox) -> None:
    asked = refund(place, "pi_plain01 25.00 charged twice")
    [made] = place.refunds("pi_plain01")
    assert made["amount"] == 2500
    assert "<@U0MORGAN>" in told(asked.root())


def test_a_rejection_goes_through_its_modal_and_back(place: Sandbox) -> None:
    asked = ask(place, "pi_plain02 1.00 x")
    opened = place.click(asked.card(), "reject")
    refused = place.submit_reason(opened, " ")
    assert refused["response"]["errors"] == {"reason": "Please say why in a few words."}
    assert place.submit_reason(opened, "wrong customer")["ok"]
    assert "Rejected: wrong customer" in told(asked.ended("rejected"))
    assert place.refunds("pi_plain02") == []


def test_the_command_alone_opens_a_form_which_is_taken(place: Sandbox) -> None:
    answer = place.command("")
    assert answer["ok"]
    view = until(lambda: place.state()["views"].get("U0RILEY"), "the form")[-1]
    before = {each["ts"] for each in roots(place)}
    values = {"payment": "pi_plain03", "amount": "1.00", "reason": "the payload of a form"}
    elements = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
    entered = {name: {elements[name]["action_id"]: value} for name, value in values.items()}
    submitted = place.post("submit", user="riley", view_id=view["id"], values=entered)
    assert submitted["ok"], submitted
    [root] = until(lambda: [each for each in roots(place) if each["ts"] not in before], "its root")
    _cancelled(Asked(place, root["ts"]))


def test_a_text_that_looks_like_slack_s_own_is_only_a_text(place: Sandbox) -> None:
    """Bolt's parser of HTTP bodies takes the first of these for an empty request."""
    for reason in ("the payload was wrong", "payload={}", "a&ssl_check=1&command=/signoff", "{[% +é 🙂"):
        asked = ask(place, f"pi_plain04 1.00 {reason}")
        assert reason in told(asked.card())
        _cancelled(asked)


def test_a_wrong_command_is_told_how_it_goes(place: Sandbox) -> None:
    answer = place.command("pi_plain05 much x")
    assert answer["ok"]
    assert "Usage: `/refund" in answer["response"]["text"]


def test_repeats_of_each_kind_count_once(place: Sandbox) -> None:
    before = len(roots(place))
    place.fault("delivery", "repeat", method="slash_commands")
    asked = ask(place, "pi_plain06 1.00 twice")
    card = asked.card()
    place.fault("delivery", "repeat", method="block_actions")
    assert place.click(card, "approve")["ok"]
    asked.ended("done")
    other = ask(place, "pi_plain07 1.00 once")
    opened = place.click(other.card(), "reject")
    place.fault("delivery", "repeat", method="view_submission")
    assert place.submit_reason(opened, "no")["ok"]
    assert other.ended("rejected")["text"]
    assert len(roots(place)) == before + 2
    assert len(place.refunds("pi_plain06")) == len(attempts(place, "pi_plain06")) == 1


def test_the_requester_cancels_and_nobody_else_does(place: Sandbox) -> None:
    asked = ask(place, "pi_plain08 1.00 x")
    card = asked.card()
    said = hears(place, "sam", lambda: place.click(card, "cancel", user="sam"))
    assert "Only the person who asked can cancel this" in said
    _cancelled(asked)


def test_the_home_is_published_when_it_is_opened(place: Sandbox) -> None:
    answer = place.post("home", user="sam")
    assert answer["ok"], answer
    assert answer["view"]["type"] == "home"


def test_a_card_s_buttons_work_after_the_bot_was_killed(place: Sandbox) -> None:
    asked = ask(place, "pi_plain09 1.00 x")
    card = asked.card()
    place.kill()
    assert not place.state()["bot"]["ready"]
    assert place.click(card, "approve")["error"] == "dispatch_failed"
    place.start()
    assert place.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(place.refunds("pi_plain09")) == 1


def _cancelled(asked: Asked) -> None:
    card = asked.card()
    assert "cancel" in buttons(card)
    assert asked.sandbox.click(card, "cancel", user="riley")["ok"]
    asked.ended("cancelled")
