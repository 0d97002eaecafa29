"""Nobody can tell whether a refund happened: people are asked in Slack, and their word is looked up."""

from collections.abc import Iterator, Sequence

import pytest

from tests.harness import Deliver, Json, Sandbox, buttons, told, until
from tests.scenarios.asking import Asked, ask, attempts, hears, hurry
from tests.scenarios.conftest import keeps_every_promise
from tests.stages import Stages

HOUR_S = 3600.0


@pytest.fixture
def doubtful(stages: Stages, deliver: Deliver) -> Iterator[Sandbox]:
    """One of its own: each of these lets days go by, and no other test refunds its payments."""
    sandbox = stages.get("doubts", deliver, keeps_every_promise)
    yield sandbox
    assert sandbox.post("fault", clear=True)["ok"]


def in_doubt(
    sandbox: Sandbox, payment: str, at_the_refund: str, approvers: Sequence[str] = ("morgan",)
) -> tuple[Asked, Json]:
    """Approved; then Stripe can neither be called nor read until the key is too old."""
    asked = ask(sandbox, f"{payment} 1.00 x")
    card = asked.card()
    sandbox.fault("stripe", at_the_refund, method="refunds.create", times=1)
    assert all(sandbox.click(card, "approve", user=user)["ok"] for user in approvers)
    until(lambda: attempts(sandbox, payment) or "not answered" in asked.thread(), "the call of the refund")
    sandbox.fault("stripe", "down", method="refunds.list", times=1_000)
    sandbox.fault("stripe", "down", method="refunds.create", times=1_000)
    hurry(sandbox, lambda: "do_it" in buttons(asked.root()), "the question what became of it", HOUR_S)
    assert sandbox.post("fault", clear=True)["ok"]
    until(lambda: "Did it happen?" in asked.thread(), "the call for those who may answer")
    return asked, asked.root()


def name(sandbox: Sandbox, view: Json, record: str) -> Json:
    """Morgan says which refund it is."""
    return sandbox.post("submit", user="morgan", view_id=view["id"], values={"record": {"record_id": record}})


def test_it_did_not_happen_is_read_once_more_and_done_once(doubtful: Sandbox) -> None:
    asked, card = in_doubt(doubtful, "pi_plain10", "down")
    assert "In question is exactly this" in told(card)
    assert doubtful.click(card, "do_it")["ok"]
    asked.ended("done")
    [refund] = doubtful.refunds("pi_plain10")
    assert refund["amount"] == 100
    assert "<@U0MORGAN>, noted: it did not happen." in asked.thread()


def test_what_stripe_has_is_not_refunded_again_whatever_is_said(doubtful: Sandbox) -> None:
    asked, card = in_doubt(doubtful, "pi_plain11", "lose_answer")
    assert doubtful.click(card, "do_it")["ok"]
    asked.ended("done")
    assert len(doubtful.refunds("pi_plain11")) == 1


def test_it_happened_counts_only_with_the_id_of_that_refund(doubtful: Sandbox) -> None:
    asked, card = in_doubt(doubtful, "pi_plain12", "lose_answer")
    [refund] = doubtful.refunds("pi_plain12")
    before = {each["ts"] for each in asked.replies()}
    view = doubtful.opens("morgan", lambda: doubtful.click(card, "happened"))["view"]
    assert view["title"]["text"] == "It happened"
    nonsense = name(doubtful, view, "no id at all!")
    assert "no record's id" in str(nonsense)
    assert name(doubtful, view, "re_other")["ok"]
    until(lambda: "Stripe knows no refund re_other" in told(asked.root()), "the question, asked again")
    view = doubtful.opens("morgan", lambda: doubtful.click(asked.root(), "happened"))["view"]
    assert name(doubtful, view, refund["id"])["ok"]
    root = asked.ended("done")
    assert refund["id"] in told(root)
    assert len(doubtful.refunds("pi_plain12")) == 1
    said = [each["text"] for each in asked.replies() if each["ts"] not in before]
    assert sum("noted: it happened" in text for text in said) == 2


def test_left_as_it_is_it_ends_as_not_known(doubtful: Sandbox) -> None:
    asked, card = in_doubt(doubtful, "pi_plain13", "down")
    opened = doubtful.opens("morgan", lambda: doubtful.click(card, "reject"))
    assert opened["view"]["submit"]["text"] == "Leave it"
    assert doubtful.submit_reason(opened, "asked the bank")["ok"]
    root = asked.ended("halted")
    assert "outcome unknown" in told(root)
    assert "asked the bank" in asked.thread()
    assert doubtful.refunds("pi_plain13") == []


def test_whoever_asked_may_not_answer_and_reads_why(doubtful: Sandbox) -> None:
    asked, card = in_doubt(doubtful, "pi_plain14", "down")
    heard = hears(doubtful, "riley", lambda: doubtful.click(card, "do_it", user="riley"))
    assert "You asked for this, so someone else decides" in heard
    assert doubtful.refunds("pi_plain14") == []
    assert doubtful.click(card, "do_it")["ok"]
    asked.ended("done")


def test_while_people_are_asked_stripe_is_read_again(doubtful: Sandbox) -> None:
    asked, _ = in_doubt(doubtful, "pi_plain15", "lose_answer")
    hurry(doubtful, asked.is_over, "the end, by a read", 60.0)
    asked.ended("done")
    assert len(doubtful.refunds("pi_plain15")) == 1


@pytest.mark.parametrize("action", ["do_it", "happened"])
def test_a_button_of_an_answered_question_says_who_answered(doubtful: Sandbox, action: str) -> None:
    payment = {"do_it": "pi_plain16", "happened": "pi_plain17"}[action]
    asked, card = in_doubt(doubtful, payment, "down")
    assert doubtful.click(card, "do_it")["ok"]
    asked.ended("done")
    heard = hears(doubtful, "sam", lambda: doubtful.click(card, action, user="sam"))
    assert "Already approved by <@U0MORGAN>" in heard
    assert len(doubtful.refunds(payment)) == 1
