"""Between the approval and the refund the world moves: what was approved is read again, and asked again."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness import WAIT_S, Deliver, Json, Sandbox, buttons, told, until
from tests.scenarios.asking import Asked, ask, attempts, hurry, may_decide
from tests.scenarios.conftest import keeps_every_promise
from tests.stages import Stages

UNREAD = "payment_intents.retrieve"


@pytest.fixture
def moving(stages: Stages, deliver: Deliver) -> Iterator[Sandbox]:
    sandbox = stages.get("asking again", deliver, keeps_every_promise)
    assert sandbox.post("fault", clear=True)["ok"]
    yield sandbox
    assert sandbox.post("fault", clear=True)["ok"]
    assert sandbox.post("person", user="morgan", groups=["S0LEADS"])["ok"]


def by_hand(sandbox: Sandbox, payment: str, amount: int) -> str:
    """A refund that somebody makes in Stripe's dashboard."""
    answer = httpx.post(
        f"{sandbox.url}/stripe/v1/refunds",
        data={"payment_intent": payment, "amount": str(amount)},
        headers={"Authorization": "Bearer sk_test_sandbox"},
        timeout=WAIT_S,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def asked_again(asked: Asked, first: Json) -> Json:
    """The new card, once it carries another approval than the first."""

    def new() -> Json | None:
        root = asked.root()
        approve = buttons(root).get("approve")
        return root if approve and approve["value"] != buttons(first)["approve"]["value"] else None

    return hurry(asked.sandbox, new, "the question asked again", step_s=1)


def test_an_equal_refund_made_since_it_was_asked_is_shown_and_asked_again(moving: Sandbox) -> None:
    asked = ask(moving, "pi_plain11 1.31 x")
    card = asked.card()
    meanwhile = by_hand(moving, "pi_plain11", 131)
    assert moving.click(card, "approve")["ok"]
    again = asked_again(asked, card)
    assert "Changed since <@U0MORGAN> approved" in told(again)
    assert meanwhile in told(again)
    until(lambda: "has changed since it was approved" in asked.thread(), "the same in the thread")
    assert attempts(moving, "pi_plain11")[-1]["arguments"].get("metadata") is None, "only the one by hand"
    assert moving.click(again, "approve", user="sam")["ok"]
    asked.ended("done")
    assert [each["amount"] for each in moving.refunds("pi_plain11")] == [131]


def test_a_smaller_balance_that_still_covers_the_amount_changes_nothing(moving: Sandbox) -> None:
    asked = ask(moving, "pi_plain12 1.32 x")
    card = asked.card()
    by_hand(moving, "pi_plain12", 40)
    assert moving.click(card, "approve")["ok"]
    asked.ended("done")
    assert "has changed since" not in asked.thread()


def test_a_balance_too_small_by_now_ends_the_run_by_name_and_nothing_is_tried(moving: Sandbox) -> None:
    asked = ask(moving, "pi_plain13 all x")
    card = asked.card()
    wanted = ask(moving, "pi_plain13 1.33 x")
    wanted_card = wanted.card()
    assert moving.click(card, "approve")["ok"]
    asked.ended("done")
    tried = len(attempts(moving, "pi_plain13"))
    assert moving.click(wanted_card, "approve")["ok"]
    assert "already refunded" in told(wanted.ended("failed"))
    assert "0.00 USD can still be refunded, no longer" in wanted.thread()
    assert len(attempts(moving, "pi_plain13")) == tried


def test_while_stripe_does_not_tell_nothing_is_refunded_and_then_it_is(moving: Sandbox) -> None:
    asked = ask(moving, "pi_plain14 1.34 x")
    card = asked.card()
    moving.fault("stripe", "down", method=UNREAD, times=2)
    assert moving.click(card, "approve")["ok"]
    until(lambda: "Stripe does not tell whether all is as it was" in asked.thread(), "the thread to say so")
    hurry(moving, asked.is_over, "the refund, once Stripe tells")
    asked.ended("done")
    assert len(moving.refunds("pi_plain14")) == 1


def test_a_bot_killed_before_it_could_look_asks_again_after_its_start(moving: Sandbox) -> None:
    asked = ask(moving, "pi_plain15 1.35 x")
    card = asked.card()
    moving.fault("stripe", "down", method=UNREAD, times=100)
    assert moving.click(card, "approve")["ok"]
    until(lambda: "Stripe does not tell" in asked.thread(), "the thread to say so")
    moving.kill()
    by_hand(moving, "pi_plain15", 135)
    assert moving.post("fault", clear=True)["ok"]
    moving.start()
    again = asked_again(asked, card)
    assert moving.refunds("pi_plain15") == []
    assert moving.click(again, "approve")["ok"]
    asked.ended("done")
    assert len(moving.refunds("pi_plain15")) == 1


def test_an_approval_of_somebody_who_left_before_it_was_acted_on_does_not_carry_it(moving: Sandbox) -> None:
    probe = ask(moving, "pi_plain17 1.37 x")
    probe.card()
    asked = ask(moving, "pi_plain16 1.36 x")
    card = asked.card()
    moving.fault("stripe", "down", method=UNREAD, times=100)
    assert moving.click(card, "approve")["ok"]
    until(lambda: "Stripe does not tell" in asked.thread(), "the thread to say so")
    assert moving.post("person", user="morgan", groups=[])["ok"]
    # By then the directory has read again, hint or no hint.
    assert moving.post("clock", advance_s=61)["ok"]
    until(lambda: not may_decide(moving, probe.root()), "the directory to know that Morgan left")
    assert moving.post("fault", clear=True)["ok"]
    again = asked_again(asked, card)
    assert "an approval no longer counts" in told(again)
    assert moving.refunds("pi_plain16") == []
    assert moving.click(again, "approve", user="sam")["ok"]
    asked.ended("done")
    assert len(moving.refunds("pi_plain16")) == 1
    assert moving.click(probe.root(), "cancel", user="riley")["ok"]
    probe.ended("cancelled")
