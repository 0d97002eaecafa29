"""`kill -9` around a model's answer: what was recorded is not paid for again, the rest is asked once more."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.crashes.kept import broken, model_calls, of_run, over, run_status
from tests.harness import Sandbox, quick_config, running_sandbox, told, until
from tests.scenarios.asking import literal

KILLS_TRIED_MAX = 12
LOOKING_MAX_S = 60.0


@pytest.fixture
def advised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("advised-mortal")
    config = quick_config(folder)
    with running_sandbox(folder / "home", config=config, SIGNOFF_MODEL="openai:gpt-5-mini") as running:
        yield running


def refunded_once(sandbox: Sandbox, payment: str) -> None:
    card = sandbox.card(payment)
    assert "Summary by a model" in literal(card["blocks"])
    assert sandbox.click(card, "approve")["ok"]
    root = over(sandbox, payment)
    [refund] = sandbox.refunds(payment)
    assert refund["id"] in told(root)
    assert sandbox.thread(root).count("wrote a summary") == 1
    assert broken(sandbox) == []


def test_killed_between_the_answer_and_the_gate_it_is_paid_for_once(advised: Sandbox) -> None:
    """The moment lasts a few milliseconds, so it is tried until it was met."""
    for number in range(1, KILLS_TRIED_MAX + 1):
        payment = f"pi_plain{number:02d}"
        if killed_once_answered(advised, payment):
            break
        advised.start()
    else:
        pytest.fail(f"the moment was missed {KILLS_TRIED_MAX} times")
    [answered] = model_calls(advised, payment)
    assert answered["state"] == "answered"
    assert len(advised.model_calls(payment)) == 1

    advised.start()
    refunded_once(advised, payment)
    assert len(advised.model_calls(payment)) == 1, "asked once, paid for once"
    assert model_calls(advised, payment) == [answered]
    assert of_run(advised, payment, "cost_micro_usd") == answered["cost_micro_usd"]


def killed_once_answered(sandbox: Sandbox, payment: str) -> bool:
    """Kills as soon as the answer is recorded; False when the run had come to its gate by then."""
    pid = sandbox.state()["bot"]["pid"]
    sql = "SELECT count(*) FROM model_calls WHERE state = 'answered'"
    with closing(sqlite3.connect(f"file:{sandbox.home}/signoff.db?mode=ro", uri=True)) as database:
        [before] = database.execute(sql).fetchone()
        assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
        end = time.monotonic() + LOOKING_MAX_S
        while database.execute(sql).fetchone() == (before,):
            assert time.monotonic() < end, "the model was never asked"
        os.kill(pid, signal.SIGKILL)
    until(lambda: not sandbox.state()["bot"]["ready"], "the bot to be dead")
    return run_status(sandbox, payment) == "running"


def test_killed_in_the_middle_of_a_call_it_is_asked_again_and_the_lost_one_stays_counted(
    advised: Sandbox,
) -> None:
    payment = "pi_plain20"
    advised.fault("model", "delay", delay_ms=3_000)
    assert advised.command(f"{payment} 25.00 charged twice")["ok"]
    until(lambda: advised.model_calls(payment), "the call to arrive")
    advised.kill()
    [asked] = model_calls(advised, payment)
    assert (asked["state"], asked["cost_micro_usd"]) == ("asked", asked["reserved_micro_usd"])
    assert of_run(advised, payment, "cost_micro_usd") == asked["reserved_micro_usd"] > 0

    advised.start()
    refunded_once(advised, payment)
    [call] = model_calls(advised, payment)
    assert call["state"] == "answered"
    assert call["cost_micro_usd"] > asked["reserved_micro_usd"]
    assert of_run(advised, payment, "cost_micro_usd") == call["cost_micro_usd"]
    assert len(advised.model_calls(payment)) == 2
