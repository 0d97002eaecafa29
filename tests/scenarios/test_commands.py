"""`signoff runs`, `show`, `show --state` and `verify` tell what is kept, while the bot runs."""

import json
import re
from pathlib import Path

import pytest

from tests.harness import Sandbox, buttons
from tests.scenarios.asking import Asked, ask, signoff


@pytest.fixture(scope="module")
def rejected(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain30 7.00 <!channel> [bold]twice[/bold]")
    card = asked.card()
    opened = stage.opens("morgan", lambda: stage.click(card, "reject"))
    assert stage.submit_reason(opened, "no such order")["ok"]
    asked.ended("rejected")
    return asked


@pytest.fixture(scope="module")
def waiting(stage: Sandbox) -> Asked:
    asked = ask(stage, "pi_plain30 8.00 waits")
    asked.card()
    return asked


def test_runs_lists_the_newest_first_a_line_each(stage: Sandbox, rejected: Asked, waiting: Asked) -> None:
    listed = signoff("runs", "--limit", "2", home=stage.home)
    assert listed.returncode == 0
    first, second = (line for line in listed.stdout.splitlines() if "U0RILEY" in line)
    assert _run(waiting) in first
    assert "waiting" in first
    assert _run(rejected) in second
    assert "rejected" in second


def test_show_tells_the_whole_story_of_a_run(stage: Sandbox, rejected: Asked) -> None:
    told = signoff("show", _run(rejected), home=stage.home)
    assert told.returncode == 0
    text = told.stdout
    for part in (
        "rejected",
        "asked by U0RILEY",
        "'payment': 'pi_plain30'",
        "<!channel> [bold]twice[/bold]",
        "step read_payment: pi_plain30:",
        "step assess:",
        "rejected by U0MORGAN: no such order",
        "U0RILEY requested",
        "signoff asked",
        "U0MORGAN rejected",
        "signoff ended",
    ):
        assert part in text
    assert re.findall(r"^ +(\d+) \d{4}-", text, re.MULTILINE) == [str(n) for n in range(1, 8)]


def test_show_state_is_the_dehydrated_run_as_json(stage: Sandbox, waiting: Asked) -> None:
    told = signoff("show", _run(waiting), "--state", home=stage.home)
    assert told.returncode == 0
    state = json.loads(told.stdout)
    assert state["run"]["status"] == "waiting"
    assert state["run"]["lease"] is None, "nobody holds it"
    [approval] = state["approvals"]
    assert approval["status"] == "pending"
    assert f"{approval['id']}:{approval['digest']}" == buttons(waiting.root())["approve"]["value"]
    assert state["effects"] == []
    assert "pi_plain30" in json.dumps(state["state"])


def test_verify_finds_every_promise_kept(stage: Sandbox, waiting: Asked) -> None:
    checked = signoff("verify", home=stage.home)
    assert checked.returncode == 0, checked.stdout
    assert re.search(r"^\d+ runs checked, every rule holds\.$", checked.stdout, re.MULTILINE)


def test_an_unknown_run_and_an_empty_home_are_named(stage: Sandbox, tmp_path: Path) -> None:
    unknown = signoff("show", "run-nowhere", home=stage.home)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "there is no run run-nowhere" in unknown.stderr
    empty = signoff("runs", home=tmp_path)
    assert (empty.returncode, empty.stdout) == (1, "")
    assert "there is no database at" in empty.stderr


def _run(asked: Asked) -> str:
    value: str = buttons(asked.root())["view_reasoning"]["value"]
    return value
