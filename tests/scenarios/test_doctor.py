"""`signoff doctor`: each wrong thing has its line and its mend, and a start says the same line.

Most of it asks in this process, which is what the command prints; a few runs are of the command itself.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.doctor.command import diagnose
from bot.doctor.finding import Finding
from tests.harness import Deliver, Sandbox, until
from tests.scenarios.asking import ask, refund, signoff

VARIABLES = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "STRIPE_API_KEY"]


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """The doctor calls Slack itself. What it says of signed HTTP stands in test_signed_http."""
    return "socket"


def environment(sandbox: Sandbox, folder: Path, **changed: str) -> dict[str, str]:
    """What the sandbox gives its bot, with a few values replaced. Its clock is moved by other tests."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "STRIPE_API_KEY": "sk_test_sandbox",
        "SLACK_API_URL": f"{sandbox.url}/slack/api/",
        "STRIPE_API_BASE": f"{sandbox.url}/stripe",
        "SIGNOFF_CONFIG": str(configured(folder)),
        "SIGNOFF_CLOCK_FILE": str(sandbox.home / "clock-offset"),
        "SIGNOFF_HOME": str(folder),
        **changed,
    }


def configured(
    folder: Path, channel: str = "C0REFUNDS", approvers: str = 'groups = ["S0LEADS"]', more: str = ""
) -> Path:
    file = folder / "settings.toml"
    file.write_text(f'[workflows.refund]\nchannel = "{channel}"\napprovers = {{ {approvers} }}\n{more}\n')
    return file


def findings(environment: dict[str, str]) -> list[Finding]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(("SLACK_", "STRIPE_", "SIGNOFF_")):
                patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        return list(asyncio.run(diagnose()))


def wrong(environment: dict[str, str]) -> list[str]:
    return [each.said for each in findings(environment) if not each.is_right]


def only_wrong(environment: dict[str, str]) -> str:
    [line] = wrong(environment)
    return line


def start_says(environment: dict[str, str]) -> str:
    """The line of a start that is refused."""
    ended = signoff("serve", home=None, **environment)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    [line] = [each for each in ended.stderr.splitlines() if each.startswith("signoff: ")]
    return line.removeprefix("signoff: ")


def test_all_is_well_beside_a_running_bot(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path, SIGNOFF_HOME=str(stage.home))
    ended = signoff("doctor", home=None, **chosen)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = ended.stdout.splitlines()
    assert {line[:2] for line in told} == {"✓ "}
    for each in (
        "Sandbox: Slack and Stripe are stand-ins",
        "Slack bot token: signoff in Sandbox (T0SANDBOX).",
        "Slack app token: Socket Mode opens.",
        "Slack scopes: all",
        "Clock: agrees with Slack's.",
        "workflows.refund.channel: the bot is in C0REFUNDS.",
        "workflows.refund.approvers: 2 people can approve.",
        "Stripe: a secret test key of Sandbox Store (acct_sandbox)",
        f"in use by process {stage.state()['bot']['pid']}.",
    ):
        assert each in ended.stdout
    assert "sk_test_sandbox" not in ended.stdout
    assert "xoxb-" not in ended.stdout


def test_the_command_marks_what_is_wrong_and_ends_with_exit_code_1(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path, SLACK_BOT_TOKEN="xoxb-other")
    ended = signoff("doctor", home=None, **chosen)
    assert ended.returncode == 1
    assert ended.stderr == ""
    [line] = [each for each in ended.stdout.splitlines() if each.startswith("✗ ")]
    assert line == f"✗ {start_says(chosen)}"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_missing_variable_is_named_with_where_it_is_found(
    stage: Sandbox, tmp_path: Path, name: str
) -> None:
    chosen = environment(stage, tmp_path)
    del chosen[name]
    assert f"{name}: is missing. In " in only_wrong(chosen)


def test_a_live_key_in_the_sandbox_is_refused(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path, STRIPE_API_KEY="rk_live_1", SIGNOFF_ALLOW_LIVE="1")
    assert "a live key is refused" in only_wrong(chosen)


def test_a_wrong_configuration_is_named_with_its_key_as_at_a_start(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path)
    configured(tmp_path, more="steps_max = 0")
    line = only_wrong(chosen)
    assert "workflows.refund.steps_max: " in line
    assert start_says(chosen) == line


def test_a_workflow_that_is_not_there_is_named(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path)
    file = configured(tmp_path)
    file.write_text(file.read_text().replace("refund]", "refnud]"))
    assert "workflows.refnud: there is no such workflow" in only_wrong(chosen)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-other", "invalid_auth"),
        ("SLACK_BOT_TOKEN", "xapp-sandbox", "not_allowed_token_type"),
        ("SLACK_APP_TOKEN", "xapp-other", "invalid_auth"),
        ("SLACK_APP_TOKEN", "xoxb-sandbox", "not_allowed_token_type"),
    ],
)
def test_a_token_slack_refuses_is_named_with_slacks_word(
    stage: Sandbox, tmp_path: Path, name: str, value: str, code: str
) -> None:
    line = only_wrong(environment(stage, tmp_path, **{name: value}))
    assert line.startswith(f"{name}: Slack refused it: {code}.")
    assert value not in line


def test_an_app_token_slack_refuses_is_told_by_a_start_in_the_same_words(
    stage: Sandbox, tmp_path: Path
) -> None:
    chosen = environment(stage, tmp_path, SLACK_APP_TOKEN="xapp-other")
    assert start_says(chosen) == only_wrong(chosen)


def test_a_slack_that_does_not_answer_is_named_with_its_address(stage: Sandbox, tmp_path: Path) -> None:
    chosen = environment(stage, tmp_path, SLACK_API_URL="http://127.0.0.1:9/slack/api/")
    line = only_wrong(chosen)
    assert line.startswith("SLACK_API_URL: Slack did not answer at http://127.0.0.1:9/slack/api/.")
    assert start_says(chosen) == line


SETTINGS = {
    "a channel that is not there": (
        {"channel": "C0NOWHERE"},
        ["workflows.refund.channel: Slack shows the bot no channel C0NOWHERE."],
    ),
    "a group that is not there": (
        {"approvers": 'groups = ["S0NOBODY"]'},
        ["workflows.refund.approvers: Slack knows no user group S0NOBODY.", "nobody can approve."],
    ),
    "a guest named as approver": (
        {"approvers": 'users = ["U0GUS"], groups = ["S0LEADS"]'},
        ["workflows.refund.approvers: U0GUS is no active full member"],
    ),
    "somebody of another workspace, alone": (
        {"approvers": 'users = ["U0OLGA"]'},
        ["U0OLGA is no active full member", "nobody can approve."],
    ),
    "somebody Slack doesn't know": (
        {"approvers": 'users = ["U0GONE", "U0SAM"]'},
        ["U0GONE is no active full member"],
    ),
}


@pytest.mark.parametrize(("changes", "says"), SETTINGS.values(), ids=SETTINGS)
def test_what_slack_does_not_bear_out_in_the_configuration_is_named(
    stage: Sandbox, tmp_path: Path, changes: dict[str, str], says: list[str]
) -> None:
    chosen = environment(stage, tmp_path)
    configured(tmp_path, **changes)
    found = wrong(chosen)
    assert len(found) == len(says)
    for line, each in zip(found, says, strict=True):
        assert each in line


def test_a_plan_without_user_groups_is_named(trouble: Sandbox, tmp_path: Path) -> None:
    trouble.fault(
        "slack", "error", method="usergroups.users.list", status=200, code="paid_teams_only", times=100
    )
    found = wrong(environment(trouble, tmp_path))
    assert "plan has no user groups (paid_teams_only), so S0LEADS can't be read." in found[0]
    assert "Name people in `users` instead" in found[0]


def test_a_channel_without_the_bot_is_named_and_a_start_says_the_same(
    trouble: Sandbox, tmp_path: Path
) -> None:
    with _bot_left(trouble, "#refunds"):
        line = only_wrong(environment(trouble, tmp_path))
        assert line == "workflows.refund.channel: the bot is not in C0REFUNDS. Say `/invite @Signoff` there."
        trouble.kill()
        trouble.start()
        log = trouble.home / "bot.log"
        until(lambda: line in log.read_text(), "the start to say it")


def test_a_clock_that_is_off_is_told_with_how_much(trouble: Sandbox, tmp_path: Path) -> None:
    chosen = environment(trouble, tmp_path)
    assert wrong(chosen) == []
    trouble.post("clock", advance_s=7200)
    del chosen["SIGNOFF_CLOCK_FILE"]
    line = only_wrong(chosen)
    assert line.startswith("Clock: this machine is ")
    assert " s behind Slack. " in line


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ("rk_test_sandbox", []),
        ("rk_test_without_dispute_read", ["Disputes: Read (rak_dispute_read)"]),
        ("rk_test_without_charge_write", ["Charges and Refunds: Write (rak_charge_write)"]),
        (
            "rk_test_without_customer_read_and_payment_intent_read",
            ["PaymentIntents: Read (rak_payment_intent_read)", "Customers: Read (rak_customer_read)"],
        ),
    ],
)
def test_each_permission_a_restricted_key_lacks_has_its_line(
    stage: Sandbox, tmp_path: Path, key: str, rows: list[str]
) -> None:
    refunds = stage.stripe()["refunds"]
    found = wrong(environment(stage, tmp_path, STRIPE_API_KEY=key))
    assert [line.partition(". ")[0] for line in found] == [
        f"STRIPE_API_KEY: the API key lacks the permission {row}" for row in rows
    ]
    assert stage.stripe()["refunds"] == refunds, "asking changes nothing"


def test_a_key_stripe_refuses_is_named_and_not_told(stage: Sandbox, tmp_path: Path) -> None:
    line = only_wrong(environment(stage, tmp_path, STRIPE_API_KEY="sk_test_not!a!key!at!all"))
    assert line.startswith("STRIPE_API_KEY: Stripe refused it: Invalid API Key provided: sk_test_*")
    assert "not!a!key" not in line


def test_a_stripe_that_does_not_answer_is_named(stage: Sandbox, tmp_path: Path) -> None:
    line = only_wrong(environment(stage, tmp_path, STRIPE_API_BASE="http://127.0.0.1:9/stripe"))
    assert line.startswith("Stripe did not answer. ")


def test_a_home_without_a_database_is_in_order(stage: Sandbox, tmp_path: Path) -> None:
    found = findings(environment(stage, tmp_path))
    assert all(each.is_right for each in found)
    assert f"none yet at {tmp_path / 'signoff.db'}" in found[-1].said
    assert not (tmp_path / "signoff.db").exists(), "looking makes nothing"


def test_a_file_that_is_no_database_is_named(stage: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "signoff.db").write_text("Dear diary, " * 500)
    line = only_wrong(environment(stage, tmp_path))
    assert line.startswith(f"Database: {tmp_path / 'signoff.db'} can't be used: file is not a database.")
    assert start_says(environment(stage, tmp_path)) == line


def test_a_database_of_a_newer_signoff_is_named(stage: Sandbox, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "signoff.db") as connection:
        connection.execute("PRAGMA user_version=900")
    connection.close()
    line = only_wrong(environment(stage, tmp_path))
    assert "has schema 900" in line


def test_a_damaged_database_is_named(stage: Sandbox, tmp_path: Path) -> None:
    with sqlite3.connect(stage.home / "signoff.db") as running, sqlite3.connect(tmp_path / "copy") as copy:
        running.backup(copy)
    running.close()
    copy.close()
    content = bytearray((tmp_path / "copy").read_bytes())
    content[4096 * 2 :] = bytes(len(content) - 4096 * 2)
    (tmp_path / "signoff.db").write_bytes(content)
    line = only_wrong(environment(stage, tmp_path))
    assert line.startswith(f"Database: {tmp_path / 'signoff.db'} can't be used: ")


def test_a_dead_letter_is_named_with_its_run_and_reason(trouble: Sandbox, tmp_path: Path) -> None:
    chosen = environment(trouble, tmp_path, SIGNOFF_HOME=str(trouble.home))
    trouble.fault("slack", "error", method="chat.postMessage", code="invalid_blocks", status=200, times=1000)
    trouble.command("pi_plain20 1.00 nobody hears of this")
    found = until(
        lambda: [
            line
            for line in wrong(chosen)
            if line.startswith("Dead letter: root of run run-") and "invalid_blocks" in line
        ],
        "the dead letter",
    )
    assert "could not be said in C0REFUNDS" in found[0]
    assert "signoff show run-" in found[0]


def test_another_workspace_s_database_is_refused_by_name_before_a_byte_is_written(
    stage: Sandbox, tmp_path: Path
) -> None:
    """As with a token of the wrong workspace, or a copy of another bot's database."""
    refund(stage, "pi_plain23 1.00 somebody's history")
    file = tmp_path / "signoff.db"
    made = signoff("backup", str(file), home=stage.home)
    assert made.returncode == 0, made.stderr
    _give_to(file, "T0OTHER")
    before = file.read_bytes()
    chosen = environment(stage, tmp_path)
    line = only_wrong(chosen)
    assert line == (
        f"Database: {file} is of workspace T0OTHER, and SLACK_BOT_TOKEN is of T0SANDBOX. "
        "Take that workspace's bot token, or set SIGNOFF_HOME to a folder of T0SANDBOX's own."
    )
    assert start_says(chosen) == line
    assert file.read_bytes() == before
    _give_to(file, "T0SANDBOX")
    assert wrong(chosen) == []


def test_open_runs_that_another_workspace_left_beside_ours_are_said_and_left_alone(
    own_sandbox: Sandbox, tmp_path: Path
) -> None:
    asked = ask(own_sandbox, "pi_plain01 1.00 ours")
    card = asked.card()
    own_sandbox.kill()
    with sqlite3.connect(own_sandbox.home / "signoff.db") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(runs)") if row[1] != "tenant"]
        names = ", ".join(columns)
        connection.execute(f"INSERT INTO runs (tenant, {names}) SELECT 'T0OTHER', {names} FROM runs")
    connection.close()
    own_sandbox.start()
    line = only_wrong(environment(own_sandbox, tmp_path, SIGNOFF_HOME=str(own_sandbox.home)))
    assert "also holds 1 open runs of workspace T0OTHER, which a bot of T0SANDBOX leaves alone. " in line
    log = [json.loads(each) for each in (own_sandbox.home / "bot.log").read_text().splitlines()]
    assert line in [each["event"] for each in log]
    assert own_sandbox.click(card, "approve")["ok"]
    asked.ended("done")


def _give_to(file: Path, tenant: str) -> None:
    """Everything in the file, as if it had been recorded for another workspace."""
    with sqlite3.connect(file) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            if "tenant" in [row[1] for row in connection.execute(f"PRAGMA table_info('{table}')")]:
                connection.execute(f"UPDATE {table} SET tenant = ?", [tenant])
    connection.close()


@contextmanager
def _bot_left(sandbox: Sandbox, channel: str) -> Iterator[None]:
    assert sandbox.post("channel", channel=channel, bot_is_member=False)["ok"]
    try:
        yield
    finally:
        assert sandbox.post("channel", channel=channel, bot_is_member=True)["ok"]
