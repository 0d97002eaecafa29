"""The limits of `signoff.toml` hold, and reaching one is a named outcome."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Deliver, Sandbox, buttons, quick_config, running_sandbox, told
from tests.scenarios.asking import ask, attempts, roots


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("limits")


@pytest.fixture(scope="module")
def limited(folder: Path, deliver: Deliver) -> Iterator[Sandbox]:
    with running_sandbox(folder / f"{deliver}", config=quick_config(folder), deliver=deliver) as running:
        yield running


def _restart(sandbox: Sandbox, folder: Path, **limits: str) -> None:
    quick_config(folder, **limits)
    sandbox.restart()


def test_a_requester_may_have_only_so_many_open_requests(limited: Sandbox, folder: Path) -> None:
    _restart(limited, folder, open_runs_per_requester_max="2")
    first = ask(limited, "pi_plain02 1.00 x")
    first.card()
    ask(limited, "pi_plain03 1.00 x").card()
    before = len(roots(limited))
    refused = limited.command("pi_plain04 1.00 x")
    assert refused["response"]["text"] == (
        "You have 2 open requests, which is the limit. Wait for some to end, or cancel one."
    )
    ask(limited, "pi_plain05 1.00 x", user="sam").card()
    assert len(roots(limited)) == before + 1, "somebody else's limit is their own"
    assert limited.click(first.root(), "cancel", user="riley")["ok"]
    first.ended("cancelled")
    ask(limited, "pi_plain04 1.00 x").card()


@pytest.mark.parametrize("steps", [1, 2])
def test_a_run_that_reaches_its_step_limit_is_halted_and_the_card_says_why(
    limited: Sandbox, folder: Path, steps: int
) -> None:
    _restart(limited, folder, steps_max=str(steps))
    asked = ask(limited, "pi_plain06 1.00 x", user="fiona")
    root = asked.ended("halted")
    assert f"Stopped after {steps} steps, the limit for one run." in told(root)
    assert "step limit" in told(root)
    assert f"<@U0FIONA>, Stopped after {steps} steps" in asked.thread()
    assert set(buttons(root)) == {"view_reasoning"}
    assert "please decide" not in asked.thread()


def test_the_step_limit_counts_across_drives_and_stops_an_approved_run_before_its_refund(
    limited: Sandbox, folder: Path
) -> None:
    _restart(limited, folder, steps_max="5")
    asked = ask(limited, "pi_plain07 1.00 x", user="fiona")
    assert limited.click(asked.card(), "approve")["ok"]
    root = asked.ended("halted")
    assert "Stopped after 5 steps, the limit for one run." in told(root)
    assert "*Approved* by <@U0MORGAN>" in told(root)
    assert attempts(limited, "pi_plain07") == []


def test_the_hours_to_expiry_are_a_setting(limited: Sandbox, folder: Path) -> None:
    _restart(limited, folder, expires_after_h="0.5")
    asked = ask(limited, "pi_plain08 1.00 x", user="gus")
    asked.card()
    assert limited.post("clock", advance_s=1801)["ok"]
    asked.ended("expired")
    assert limited.refunds("pi_plain08") == []
