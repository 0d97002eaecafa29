"""A refund that fails after it had gone through is told of, once, by webhook or without one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Json, Sandbox, quick_config, running_sandbox, told, until
from tests.scenarios.asking import Asked, ask, hurry, markup, refund, signoff

TOLD = "failed (expired or canceled card) at Stripe after it had gone through"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("reversed")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running
        checked = signoff("verify", home=running.home)
        assert checked.returncode == 0, checked.stdout


@pytest.fixture(autouse=True)
def _nothing_is_left_ordered(place: Sandbox) -> Iterator[None]:
    yield
    assert place.post("fault", clear=True)["ok"]


def made(place: Sandbox, payment: str, amount: str = "5.00") -> tuple[Asked, str]:
    """A refund that went through, with its id at Stripe."""
    asked = refund(place, f"{payment} {amount} x")
    return asked, str(place.refunds(payment)[-1]["id"])


def fails(place: Sandbox, id: str, **how: Any) -> None:
    assert place.post("refund", refund=id, reason="expired_or_canceled_card", **how)["ok"]


def told_of(asked: Asked, id: str, many: int = 1) -> list[Json]:
    return until(lambda: _if_enough(asked, id, many), f"the thread to tell of {id}")


def _if_enough(asked: Asked, id: str, many: int) -> list[Json] | None:
    replies = [each for each in asked.replies() if f"Refund {id} of" in each["text"]]
    return replies if len(replies) >= many and "reversed:" in asked.root()["text"] else None


def events(place: Sandbox, id: str) -> list[Json]:
    return [each for each in place.stripe()["events"] if each["refund"] == id]


def delivered(place: Sandbox, id: str) -> None:
    until(lambda: all(each["delivered_at"] for each in events(place, id)), f"the events of {id} to be taken")


def test_a_webhook_tells_of_it_on_the_card_in_the_thread_and_at_home(place: Sandbox) -> None:
    asked, id = made(place, "pi_plain01")
    assert "white_check_mark" in told(asked.root())
    fails(place, id)
    [reply] = told_of(asked, id)
    assert reply["text"].startswith(f"<@U0RILEY>, <@U0MORGAN>, Refund {id} of 5.00 USD {TOLD}")
    assert "Ask again if it is still owed." in reply["text"]
    root = asked.root()
    assert ":warning: *Done, and reversed later* · refund reversed" in told(root)
    assert f"`stripe.refund` done, later reversed: {id}" in told(root)
    home = place.home_of("riley")
    lines = markup(home["blocks"]).split("\n")
    [at] = [
        number for number, line in enumerate(lines) if line.startswith(":warning: Reversed · asked <!date")
    ]
    assert lines[at + 1].startswith(f"Refund {id} of 5.00 USD failed")
    decider = place.home_of("morgan")
    assert ":warning: Reversed <!date" in markup(decider["blocks"])


def test_show_tells_of_it_on_the_terminal(place: Sandbox) -> None:
    asked, id = made(place, "pi_plain02")
    fails(place, id)
    told_of(asked, id)
    run = place.refunds("pi_plain02")[-1]["metadata"]["signoff_run"]
    shown = signoff("show", run, home=place.home)
    assert f"outcome: refund_reversed: Refund {id} of 5.00 USD {TOLD}" in shown.stdout
    assert f"effect refund: reversed {id}" in shown.stdout
    assert "effect_reversed" in shown.stdout
    assert "refund_reversed" in signoff("runs", home=place.home, COLUMNS="200").stdout


def test_it_is_said_once_whatever_repeats_arrive(place: Sandbox) -> None:
    asked, id = made(place, "pi_plain03")
    place.fault("webhook", "lose_answer", method="refund.*", times=2)
    place.fault("webhook", "repeat", method="refund.*", times=2)
    fails(place, id)
    told_of(asked, id)
    delivered(place, id)
    assert place.state()["faults"] == [], "each was lost once, and came twice after that"
    assert len(told_of(asked, id)) == 1


def test_events_out_of_order_do_no_harm(place: Sandbox) -> None:
    """`refund.failed` is there before `refund.updated`, and both before anybody looked."""
    asked, id = made(place, "pi_plain04")
    place.fault("webhook", "reorder", method="refund.updated")
    fails(place, id)
    told_of(asked, id)
    delivered(place, id)
    by_type = {each["type"]: each["delivered_at"] for each in events(place, id)}
    assert by_type["refund.failed"] <= by_type["refund.updated"]
    assert len(told_of(asked, id)) == 1


def test_a_webhook_ends_the_wait_for_a_pending_refund(place: Sandbox) -> None:
    """Without it the run would look again only after as long as it has waited already."""
    asked = ask(place, "pi_bank 8.00 x")
    assert place.click(asked.card(), "approve")["ok"]
    until(lambda: "it is pending" in asked.thread(), "the thread to say that it is pending")
    [made] = place.refunds("pi_bank")
    assert place.post("refund", refund=made["id"], status="succeeded")["ok"]
    asked.ended("done")
    assert "8.00 USD went back" in told(asked.root())


def test_a_refund_that_asks_the_customer_says_so_and_one_that_is_cancelled_then_ends_by_name(
    place: Sandbox,
) -> None:
    asked = ask(place, "pi_asks 8.00 x")
    assert place.click(asked.card(), "approve")["ok"]
    until(lambda: "waits for the customer" in asked.thread(), "the thread to say what Stripe waits for")
    [made] = place.refunds("pi_asks")
    assert place.post("refund", refund=made["id"], status="canceled")["ok"]
    root = asked.ended("failed")
    assert "refund canceled" in told(root)
    assert "It was cancelled at Stripe before it went through." in asked.thread()


def test_a_bot_that_was_dead_hears_of_it_when_it_is_back(place: Sandbox) -> None:
    asked, id = made(place, "pi_plain05")
    place.kill()
    fails(place, id)
    until(lambda: any(each["attempts"] > 1 for each in events(place, id)), "Stripe to try in vain")
    place.start()
    told_of(asked, id)
    place.kill()
    place.start()
    assert len(told_of(asked, id)) == 1


def test_a_webhook_that_is_lost_is_made_up_for_by_looking(own_sandbox: Sandbox) -> None:
    asked, id = made(own_sandbox, "pi_plain01")
    own_sandbox.fault("webhook", "drop", method="*", times=10)
    fails(own_sandbox, id)
    until(lambda: all(each["given_up"] for each in events(own_sandbox, id)[1:]), "the events to be lost")
    hurry(own_sandbox, lambda: _if_enough(asked, id, 1), "the look that finds it", step_s=120)
    assert len(told_of(asked, id)) == 1


def test_without_a_webhook_looking_alone_gets_there(tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "home", config=quick_config(tmp_path), webhooks=False) as running:
        asked, id = made(running, "pi_return", "8.00")
        hurry(running, lambda: _if_enough(asked, id, 1), "the look that finds it", step_s=600)
        assert events(running, id) == []
        assert len(told_of(asked, id)) == 1
        assert signoff("verify", home=running.home).returncode == 0
