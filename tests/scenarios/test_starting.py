"""A bot that can't or may not run says why in a line and ends with exit code 1."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import ROOT, Sandbox, quick_config
from tests.scenarios.asking import only, refund, signoff

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_APP_TOKEN": "xapp-sandbox",
    "STRIPE_API_KEY": "sk_test_sandbox",
    # Nobody listens there: whatever is refused is refused before anything is called.
    "SLACK_API_URL": "http://127.0.0.1:9/slack/api/",
    "STRIPE_API_BASE": "http://127.0.0.1:9/stripe",
    "SIGNOFF_CONFIG": str(ROOT / "signoff.toml.example"),
}


def test_a_second_bot_on_the_same_database_is_refused_and_the_first_goes_on(stage: Sandbox) -> None:
    environment = {
        **GOOD,
        "SLACK_API_URL": f"{stage.url}/slack/api/",
        "STRIPE_API_BASE": f"{stage.url}/stripe",
    }
    second = signoff("serve", home=stage.home, **environment)
    assert second.returncode == 1
    assert "signoff.db" in second.stderr
    assert "in use" in second.stderr
    assert "Traceback" not in second.stderr
    pid = stage.state()["bot"]["pid"]
    refund(stage, "pi_plain29 1.00 still here")
    assert stage.state()["bot"]["pid"] == pid


def test_a_damaged_database_is_refused_with_what_to_do(stage: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "signoff.db"
    made = signoff("backup", str(file), home=stage.home)
    assert made.returncode == 0, made.stderr
    with file.open("r+b") as handle:
        handle.seek(4 * 4096 + 1)
        handle.write(b"\xff" * 20_000)
    before = file.read_bytes()
    reached = {"SLACK_API_URL": f"{stage.url}/slack/api/", "STRIPE_API_BASE": f"{stage.url}/stripe"}
    refused = signoff("serve", home=tmp_path, **{**GOOD, **reached})
    assert refused.returncode == 1
    assert "it is damaged (" in refused.stderr
    assert "docs/operations.md" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert file.read_bytes() == before


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    environment = {key: value for key, value in GOOD.items() if key != "SLACK_APP_TOKEN"}
    _refused(tmp_path, environment, "SLACK_APP_TOKEN", "is missing")


def test_a_live_key_is_refused_with_the_sandbox_s_slack(tmp_path: Path) -> None:
    environment = {**GOOD, "STRIPE_API_KEY": "sk_live_0123456789"}
    _refused(tmp_path, environment, "STRIPE_API_KEY", "a live key is refused")


def test_a_missing_configuration_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.toml"
    _refused(tmp_path, {**GOOD, "SIGNOFF_CONFIG": str(file)}, str(file), "Copy signoff.toml.example")


def test_a_start_that_slack_keeps_waiting_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/slack/api/"
        bot = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=only(tmp_path / "home", **{**GOOD, "SLACK_API_URL": address}),
        )
        connection, _ = silent.accept()
        with connection:
            bot.terminate()
            assert bot.wait(timeout=60) == 0


WRONG = {
    "an unknown key": ({"steps_max": "25\nstep_max = 3"}, "workflows.refund.step_max"),
    "nobody to approve": ({"approvers": "{ users = [], groups = [] }"}, "workflows.refund"),
    "a channel's name for its id": ({"channel": '"#refunds"'}, "workflows.refund.channel"),
}


@pytest.mark.parametrize(("changes", "key"), WRONG.values(), ids=WRONG)
def test_a_wrong_configuration_is_refused_with_file_and_key(
    tmp_path: Path, changes: dict[str, str], key: str
) -> None:
    file = quick_config(tmp_path, **changes)
    _refused(tmp_path, {**GOOD, "SIGNOFF_CONFIG": str(file)}, str(file), key)


def _refused(folder: Path, environment: dict[str, str], *says: str) -> None:
    ended = signoff("serve", home=folder / "home", **environment)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    told = [line for line in ended.stderr.splitlines() if line.startswith("signoff:")]
    assert [line for line in told if all(each in line for each in says)]
    assert not (folder / "home" / "signoff.db").exists(), "nothing was begun"
