"""A click on what is over, was never asked, or was tampered with decides nothing, and is told why."""

import re

import pytest

from tests.harness import Json, Sandbox, buttons
from tests.scenarios.asking import Asked, ask, hears, refund

BY_MORGAN = re.compile(r"Already (approved|rejected) by <@U0MORGAN>, <!date\^\d+\^")


@pytest.fixture(scope="module")
def made(stage: Sandbox) -> Asked:
    return refund(stage, "pi_plain04 1.00 made")


@pytest.fixture(scope="module")
def rejected(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain04 1.01 rejected")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert stage.submit_reason(opened, "no")["ok"]
    asked.ended("rejected")
    return asked


@pytest.fixture(scope="module")
def cancelled(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain04 1.02 cancelled")
    assert stage.click(asked.card(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")
    return asked


@pytest.fixture(scope="module")
def open_card(stage: Sandbox) -> Json:
    return ask(stage, "pi_plain04 1.03 open").card()


@pytest.mark.parametrize("user", ["morgan", "sam"])
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_a_click_on_a_finished_refund_learns_who_decided_and_when(
    stage: Sandbox, made: Asked, user: str, action: str
) -> None:
    heard = hears(stage, user, lambda: stage.click(made.root(), action, user=user))
    found = BY_MORGAN.search(heard)
    assert found is not None
    assert found[1] == "approved"
    assert len(stage.refunds("pi_plain04")) == 1


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_a_click_on_a_rejected_request_learns_who_decided_and_when(
    stage: Sandbox, rejected: Asked, action: str
) -> None:
    heard = hears(stage, "sam", lambda: stage.click(rejected.root(), action, user="sam"))
    found = BY_MORGAN.search(heard)
    assert found is not None
    assert found[1] == "rejected"


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_a_click_on_a_cancelled_request_learns_who_took_it_back(
    stage: Sandbox, cancelled: Asked, action: str
) -> None:
    heard = hears(stage, "morgan", lambda: stage.click(cancelled.root(), action))
    assert "Already cancelled by <@U0RILEY>" in heard


FORGED = {
    "an unknown approval": ("apr_0123456789:{digest}", "knows no such question"),
    "no digest": ("{approval}", "does not belong to what is being asked"),
    "another digest": ("{approval}:" + "0" * 64, "does not belong to what is being asked"),
    "more after the digest": ("{approval}:{digest}0", "does not belong to what is being asked"),
    "nothing": ("", "knows no such question"),
    "garbage": ("'; DROP TABLE approvals; --", "knows no such question"),
    "a run's id": ("run_0123456789", "knows no such question"),
    "2,000 characters": ("x" * 2000, "knows no such question"),
}


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize(("value", "says"), FORGED.values(), ids=FORGED)
def test_a_button_with_a_value_that_was_never_there_decides_nothing(
    stage: Sandbox, open_card: Json, action: str, value: str, says: str
) -> None:
    approval, _, digest = buttons(open_card)["approve"]["value"].partition(":")
    forged = value.format(approval=approval, digest=digest)
    heard = hears(stage, "morgan", lambda: stage.click(open_card, action, value=forged))
    assert says in heard
    assert "approve" in buttons(Asked(stage, open_card["ts"]).root())


def test_a_value_of_one_card_with_the_digest_of_another_decides_neither(
    stage: Sandbox, open_card: Json
) -> None:
    other = ask(stage, "pi_plain05 1.04 other")
    other_id = buttons(other.card())["approve"]["value"].partition(":")[0]
    digest = buttons(open_card)["approve"]["value"].partition(":")[2]
    heard = hears(stage, "morgan", lambda: stage.click(open_card, "approve", value=f"{other_id}:{digest}"))
    assert "does not belong to what is being asked" in heard
    assert "approve" in buttons(other.root())
    assert stage.refunds("pi_plain05") == []


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_the_button_of_one_card_decides_nothing_on_another_even_for_equal_refunds(
    stage: Sandbox, action: str
) -> None:
    one = ask(stage, "pi_plain06 1.05 same")
    one_card = one.card()
    other = ask(stage, "pi_plain06 1.05 same")
    value = buttons(other.card())["approve"]["value"]
    heard = hears(stage, "morgan", lambda: stage.click(one_card, action, value=value))
    assert "does not belong to what is being asked" in heard
    for each in (one, other):
        assert "approve" in buttons(each.root())
        assert stage.click(each.root(), "cancel", user="riley")["ok"]
        each.ended("cancelled")
    assert stage.refunds("pi_plain06") == []


@pytest.mark.parametrize("value", ["", "run_0123456789", "garbage"])
@pytest.mark.parametrize("action", ["cancel", "view_reasoning"])
def test_other_buttons_with_an_unknown_run_say_so(
    stage: Sandbox, open_card: Json, action: str, value: str
) -> None:
    heard = hears(stage, "riley", lambda: stage.click(open_card, action, user="riley", value=value))
    assert "knows no such request" in heard


def test_after_all_forged_clicks_the_true_one_still_works(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain07 1.06 still")
    card = asked.card()
    for value in ("", "garbage", buttons(card)["approve"]["value"] + "0"):
        assert stage.click(card, "approve", value=value)["ok"]
    assert stage.click(card, "approve")["ok"]
    asked.ended("done")
    assert [each["amount"] for each in stage.refunds("pi_plain07")] == [106]
