"""`kill -9` around the other answers: a rejection, a cancellation, an expiry, and the sandbox itself."""

import json
import os
import signal
from pathlib import Path

from tests.crashes.kept import broken, over, run_status
from tests.harness import Sandbox, buttons, quick_config, running_sandbox, told

HOURS_S = 3_600


def test_a_modal_opened_before_the_kill_can_be_sent_after_it(mortal: Sandbox) -> None:
    card = mortal.asked("pi_plain21")
    opened = mortal.opens("morgan", lambda: mortal.click(card, "reject"))
    mortal.kill()
    failed = mortal.submit_reason(opened, "not ours")
    assert not failed["ok"]  # Slack shows that the app did not respond, and the modal stays
    mortal.start()
    assert mortal.submit_reason(opened, "not ours")["ok"]
    root = over(mortal, "pi_plain21")
    assert "not ours" in mortal.thread(root)
    assert mortal.refunds("pi_plain21") == []
    assert broken(mortal) == []


def test_a_rejection_acked_right_before_the_kill_holds(mortal: Sandbox) -> None:
    card = mortal.asked("pi_plain22")
    opened = mortal.opens("morgan", lambda: mortal.click(card, "reject"))
    assert mortal.submit_reason(opened, "not ours")["ok"]
    mortal.kill()
    assert run_status(mortal, "pi_plain22") != "waiting"  # the ack meant recorded
    mortal.start()
    root = over(mortal, "pi_plain22")
    assert "approve" not in buttons(root)
    assert run_status(mortal, "pi_plain22") == "rejected"
    assert mortal.refunds("pi_plain22") == []
    assert broken(mortal) == []


def test_a_cancellation_acked_right_before_the_kill_holds(mortal: Sandbox) -> None:
    card = mortal.asked("pi_plain23")
    assert mortal.click(card, "cancel", user="riley")["ok"]
    mortal.kill()
    mortal.start()
    over(mortal, "pi_plain23")
    assert run_status(mortal, "pi_plain23") == "cancelled"
    assert mortal.refunds("pi_plain23") == []
    assert broken(mortal) == []


def test_a_click_while_the_bot_is_dead_fails_visibly_and_can_be_made_again(mortal: Sandbox) -> None:
    card = mortal.asked("pi_plain24")
    mortal.kill()
    dead = mortal.click(card, "approve")
    assert not dead["ok"]
    assert dead["error"]
    mortal.start()
    assert mortal.click(card, "approve")["ok"]
    over(mortal, "pi_plain24")
    assert len(mortal.refunds("pi_plain24")) == 1


def test_many_runs_at_different_steps_survive_one_kill(mortal: Sandbox) -> None:
    payments = [f"pi_plain{number}" for number in range(25, 31)]
    cards = [mortal.asked(payment) for payment in payments[:4]]
    mortal.fault("stripe", "delay", method="*", times=4, delay_ms=300)
    for card in cards[:2]:
        assert mortal.click(card, "approve")["ok"]
    for payment in payments[4:]:
        assert mortal.command(f"{payment} 25.00 charged twice")["ok"]
    mortal.kill()
    mortal.post("fault", clear=True)
    mortal.start()
    for payment in payments[2:]:
        assert mortal.click(mortal.card(payment), "approve")["ok"]
    for payment in payments:
        over(mortal, payment)
        assert len(mortal.refunds(payment)) == 1, payment
    assert broken(mortal) == []


def test_a_question_whose_time_is_over_while_the_bot_is_dead_expires_at_the_start(tmp_path: Path) -> None:
    """And the sandbox, stopped and started again, has kept its messages and its clock."""
    home, config = tmp_path / "home", quick_config(tmp_path)
    with running_sandbox(home, config=config) as first:
        expiring = first.asked("pi_plain01")
        first.kill()
        before = first.messages()
        assert first.post("clock", advance_s=73 * HOURS_S)["ok"]

    with running_sandbox(home, config=config) as second:
        root = over(second, "pi_plain01")
        assert root["ts"] == expiring["ts"]
        assert run_status(second, "pi_plain01") == "expired"
        assert "Nobody decided in time" in second.thread(root)
        assert any("Nobody decided in time" in text for text in second.whispers("U0RILEY"))
        assert [each["ts"] for each in second.messages()][: len(before)] == [each["ts"] for each in before]
        assert second.state()["clock"]["offset_s"] >= 73 * HOURS_S
        assert broken(second) == []


def test_a_sandbox_killed_with_its_bot_has_kept_everything(tmp_path: Path) -> None:
    home, config = tmp_path / "home", quick_config(tmp_path)
    with running_sandbox(home, config=config) as first:
        card = first.asked("pi_plain02")
        done = first.asked("pi_plain03")
        assert first.click(done, "approve")["ok"]
        ended = over(first, "pi_plain03")
        messages, money = first.messages(), first.stripe()
        os.kill(first.pid, signal.SIGKILL)

    with running_sandbox(home, config=config) as second:
        assert json.dumps(second.messages()) == json.dumps(messages)
        assert second.stripe() == money
        assert second.refunds("pi_plain03")[0]["id"] in told(ended)
        assert second.click(card, "approve")["ok"]
        over(second, "pi_plain02")
        assert len(second.refunds("pi_plain02")) == 1
        assert broken(second) == []
