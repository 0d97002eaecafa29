"""Reject with its reason, Cancel by the requester, and expiry: nothing is refunded, and all are told."""

import pytest

from tests.harness import Sandbox, buttons, told, until
from tests.scenarios.asking import alone, ask, hears


def test_a_rejection_is_shown_with_its_reason_to_everyone_and_to_the_requester(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain11 1.00 x")
    before = {each["ts"] for each in alone(stage, "riley")}
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert opened["view"]["title"]["text"] == "Reject"
    assert "Refund 1.00 USD" in str(opened["view"]["blocks"])
    assert stage.submit_reason(opened, "wrong customer")["ok"]
    root = asked.ended("rejected")
    assert "Rejected: wrong customer" in told(root)
    assert "<@U0MORGAN>" in told(root)
    assert set(buttons(root)) == {"view_reasoning"}
    assert "<@U0RILEY>, Rejected: wrong customer" in asked.thread()
    until(
        lambda: any("wrong customer" in e["text"] for e in alone(stage, "riley") if e["ts"] not in before),
        "a word to Riley alone",
    )
    assert stage.refunds("pi_plain11") == []


@pytest.mark.parametrize("blank", [" ", "\n\t ", "\u202e\u200f", "\x00\x1b"])
def test_a_blank_reason_is_refused_in_the_modal_and_a_better_one_taken(stage: Sandbox, blank: str) -> None:
    asked = ask(stage, "pi_plain12 1.00 x")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    refused = stage.submit_reason(opened, blank)
    assert refused["response"] == {
        "response_action": "errors",
        "errors": {"reason": "Please say why in a few words."},
    }
    assert refused["view"]["id"] == opened["view"]["id"]
    assert "approve" in buttons(asked.root())
    assert stage.submit_reason(opened, "a reason")["ok"]
    asked.ended("rejected")


def test_an_empty_reason_does_not_leave_the_modal(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain12 1.00 x")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert stage.submit_reason(opened, "")["error"] == "missing_required"
    assert stage.submit_reason(opened, "x" * 501)["error"] == "too_long"
    assert stage.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def test_a_modal_that_was_submitted_is_gone(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain13 1.00 x")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert stage.submit_reason(opened, "once")["ok"]
    assert stage.submit_reason(opened, "twice")["error"] == "view_not_found"
    asked.ended("rejected")
    assert "twice" not in asked.thread()


def test_the_requester_takes_a_request_back(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain14 1.00 x")
    card = asked.card()
    assert "Cancel" in str(buttons(card)["cancel"]["confirm"])
    heard = hears(stage, "riley", lambda: stage.click(card, "cancel", user="riley"))
    assert "Cancelled. The card will say so in a moment." in heard
    root = asked.ended("cancelled")
    assert "The requester took it back. Nothing was refunded." in asked.thread()
    assert "Cancelled* by <@U0RILEY>" in told(root)
    assert set(buttons(root)) == {"view_reasoning"}
    assert stage.refunds("pi_plain14") == []


@pytest.mark.parametrize("user", ["morgan", "fiona", "gus", "olga"])
def test_nobody_else_takes_it_back(stage: Sandbox, user: str) -> None:
    asked = ask(stage, "pi_plain14 1.01 x")
    card = asked.card()
    heard = hears(stage, user, lambda: stage.click(card, "cancel", user=user))
    assert heard == "Only the person who asked can cancel this. Approvers can reject it."
    assert "approve" in buttons(asked.root())


def test_what_is_over_can_not_be_taken_back(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain15 1.00 x")
    card = asked.card()
    assert stage.click(card, "approve")["ok"]
    asked.ended("done")
    heard = hears(stage, "riley", lambda: stage.click(card, "cancel", user="riley"))
    assert heard == "This is over already; there is nothing left to cancel."
    assert len(stage.refunds("pi_plain15")) == 1


def test_what_has_begun_can_not_be_taken_back_and_the_requester_is_told(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain16 1.00 x")
    card = asked.card()
    trouble.fault("stripe", "delay", method="refunds.create", delay_ms=4000)
    assert trouble.click(card, "approve")["ok"]
    until(lambda: not trouble.state()["faults"], "the refund to begin")
    heard = hears(trouble, "riley", lambda: trouble.click(card, "cancel", user="riley"))
    assert heard.startswith("Too late to cancel: it has begun already.")
    asked.ended("done")
    assert len(trouble.refunds("pi_plain16")) == 1


def test_a_request_can_be_taken_back_while_it_is_looked_into(trouble: Sandbox) -> None:
    trouble.fault("stripe", "delay", method="payment_intents.retrieve", delay_ms=4000)
    asked = ask(trouble, "pi_plain17 1.00 x")
    assert set(buttons(asked.root())) == {"cancel"}
    heard = hears(trouble, "riley", lambda: trouble.click(asked.root(), "cancel", user="riley"))
    assert "Cancelled." in heard
    asked.ended("cancelled")
    assert "please decide" not in asked.thread()
    assert trouble.refunds("pi_plain17") == []


def test_a_question_nobody_answers_expires_and_everyone_reads_it(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain18 1.00 x")
    card = asked.card()
    before = {each["ts"] for each in alone(trouble, "riley")}
    assert trouble.post("clock", advance_s=71 * 3600)["ok"]
    assert trouble.click(card, "view_reasoning", user="riley")["ok"]
    assert "approve" in buttons(asked.root()), "an hour is left"
    assert trouble.post("clock", advance_s=3601)["ok"]
    root = asked.ended("expired")
    assert set(buttons(root)) == {"view_reasoning"}
    assert "<@U0RILEY>, Nobody decided in time, so nothing was refunded." in asked.thread()
    until(
        lambda: any("Nobody decided" in e["text"] for e in alone(trouble, "riley") if e["ts"] not in before),
        "a word to Riley alone",
    )
    for action in ("approve", "reject"):
        heard = hears(trouble, "morgan", lambda action=action: trouble.click(card, action))  # type: ignore[misc]
        assert heard.startswith("Too late: this expired <!date^")
    assert trouble.refunds("pi_plain18") == []


def test_a_click_in_the_moment_of_expiry_comes_too_late(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain19 1.00 x")
    card = asked.card()
    assert trouble.post("clock", advance_s=72 * 3600 + 1)["ok"]
    heard = hears(trouble, "morgan", lambda: trouble.click(card, "approve"))
    assert heard.startswith("Too late: this expired")
    asked.ended("expired")
    assert trouble.refunds("pi_plain19") == []
