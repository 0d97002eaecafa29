"""What the card, its modals and its thread show on the way from a command to money back."""

import re

import pytest

from tests.harness import Json, Sandbox, buttons, told
from tests.scenarios.asking import Asked, ask, literal, markup


@pytest.fixture(scope="module")
def waiting(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain27 12.50 the lamp came broken")
    asked.card()
    return asked


@pytest.fixture(scope="module")
def finished(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain28 12.50 the lamp came broken")
    assert stage.click(asked.card(), "approve")["ok"]
    asked.ended("done")
    return asked


def test_the_card_shows_all_there_is_to_decide_on(waiting: Asked) -> None:
    card = waiting.root()
    shown = told(card)
    assert card["blocks"][0]["text"]["text"] == "Refund 12.50 USD"
    read = markup(card["blocks"])
    assert "*Amount*\n12.50 USD" in read
    assert re.search(r"\*Customer\*\n\w+ \w+", read)
    assert "<https://dashboard.stripe.com/test/payments/pi_plain27|pi_plain27>" in read
    assert "<@U0RILEY> asks" in read
    assert "the lamp came broken" in literal(card["blocks"])
    assert "Overall risk: low" in shown
    assert "May approve: <!subteam^S0LEADS>" in read
    assert re.search(r"Expires <!date\^\d+\^", read)
    assert "stripe.refund" in shown
    assert "amount 1250, currency usd, payment pi_plain27" in shown


def test_the_card_expires_after_the_configured_hours(waiting: Asked) -> None:
    found = re.search(r"Expires <!date\^(\d+)\^", markup(waiting.root()["blocks"]))
    assert found is not None
    assert abs(int(found[1]) - (float(waiting.ts) + 72 * 3600)) < 60


def test_the_buttons_are_approve_reject_view_reasoning_and_cancel(waiting: Asked) -> None:
    shown = buttons(waiting.root())
    assert [each["text"]["text"] for each in shown.values()] == [
        "Approve",
        "Reject",
        "View reasoning",
        "Cancel",
    ]
    confirm = shown["approve"]["confirm"]
    assert "12.50 USD" in confirm["text"]["text"]
    assert "can't be taken back" in confirm["text"]["text"]
    assert "confirm" in shown["cancel"]
    assert "confirm" not in shown["reject"]


def test_after_the_decision_the_card_says_who_when_what_and_the_refund_s_id(finished: Asked) -> None:
    root = finished.root()
    [refund] = finished.sandbox.refunds("pi_plain28")
    read = markup(root["blocks"])
    assert re.search(r"\*Approved\* by <@U0MORGAN> · <!date\^\d+\^", read)
    assert re.search(r"\*Done\*.*<!date\^\d+\^", read)
    assert refund["id"] in read
    assert "12.50 USD went back to the customer" in read
    assert set(buttons(root)) == {"view_reasoning"}
    assert "the lamp came broken" in literal(root["blocks"])


def test_the_thread_tells_the_story_in_its_order(finished: Asked) -> None:
    thread = finished.thread()
    parts = [
        "*Read payment*: pi_plain28:",
        "*Check*: 12.50 USD can be refunded.",
        "*Assess*: No rule fired. Risk: low.",
        "<!subteam^S0LEADS>, please decide: Refund 12.50 USD",
        "*Refund*: Stripe made refund",
        "<@U0RILEY>, 12.50 USD went back to the customer",
    ]
    assert [thread.count(part) for part in parts] == [1] * len(parts)
    places = [thread.index(part) for part in parts]
    assert places == sorted(places)


def test_the_money_carries_the_run_the_requester_and_the_approver(finished: Asked) -> None:
    [refund] = finished.sandbox.refunds("pi_plain28")
    run = buttons(finished.root())["view_reasoning"]["value"]
    assert refund["metadata"].pop("signoff_effect")
    assert refund["metadata"] == {
        "signoff_run": run,
        "signoff_requester": "U0RILEY",
        "signoff_approver": "U0MORGAN",
    }


@pytest.mark.parametrize("user", ["riley", "morgan", "fiona", "gus"])
def test_anyone_in_the_channel_can_view_the_reasoning(finished: Asked, user: str) -> None:
    stage = finished.sandbox
    view = _reasoning(finished, user)
    assert view["title"]["text"] == "Reasoning"
    shown = literal(view["blocks"])
    places = [shown.index(f"{at}. {node}") for at, node in enumerate(_NODES, start=1)]
    assert places == sorted(places)
    assert "12.50 USD can be refunded." in shown
    assert shown.count("took ") == len(_NODES)
    assert "*Total:* 4 steps · No model was used: rules alone" in markup(view["blocks"])
    assert stage.post("close", user=user, view_id=view["id"])["ok"]


def test_the_reasoning_of_a_waiting_run_shows_what_there_is_so_far(waiting: Asked) -> None:
    view = _reasoning(waiting, "sam")
    assert "3 steps" in markup(view["blocks"])
    assert "waiting" in markup(view["blocks"])
    assert waiting.sandbox.post("close", user="sam", view_id=view["id"])["ok"]


_NODES = ("Read payment", "Check", "Assess", "Refund")


def _reasoning(asked: Asked, user: str) -> Json:
    sandbox = asked.sandbox
    view: Json = sandbox.opens(user, lambda: sandbox.click(asked.root(), "view_reasoning", user=user))["view"]
    return view
