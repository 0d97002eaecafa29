"""Every setting there is has a value that is refused by its name, so that none added later goes unchecked."""

import tomllib
from pathlib import Path

import pytest

from bot.settings import Config, Environment, SettingsError, SlackSettings, read_config, read_environment
from workflows.models.connect import ModelSettings
from workflows.workflow import WorkflowSettings

RIGHT = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "STRIPE_API_KEY": "sk_test_1"}
WRONG = {
    "SLACK_BOT_TOKEN": "",
    "SLACK_APP_TOKEN": "",
    "SLACK_SIGNING_SECRET": " ",
    "STRIPE_API_KEY": "pk_test_1",
    "STRIPE_WEBHOOK_SECRET": "sk_test_1",
    "SIGNOFF_ALLOW_LIVE": "perhaps",
    "SIGNOFF_ALLOW_TRACING": "perhaps",
    "SIGNOFF_SEAL_KEY": "guessed",
    "SIGNOFF_CLOCK_FILE": "offset",
    "SIGNOFF_HTTP_HOST": "http://0.0.0.0",
    "SIGNOFF_HTTP_PORT": "65536",
}
# Refused when used: a folder or file by its name, an address by who does not answer there, a model by its
# provider and price.
USED = {
    "SIGNOFF_MODEL",
    "SIGNOFF_HOME",
    "SIGNOFF_CONFIG",
    "SLACK_API_URL",
    "STRIPE_API_BASE",
    "OPENAI_BASE_URL",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items(), ids=WRONG)
def test_a_wrong_variable_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for each in Environment.model_fields:
        monkeypatch.delenv(each.upper(), raising=False)
    for each, right in {**RIGHT, name: value}.items():
        monkeypatch.setenv(each, right)
    with pytest.raises(SettingsError) as refused:
        read_environment()
    assert f"{name}: " in str(refused.value)


def test_every_variable_has_its_wrong_value() -> None:
    assert {each.upper() for each in Environment.model_fields} == {*WRONG} | USED


KEYS = [
    *[f"slack.{key}" for key in SlackSettings.model_fields],
    *[f"model.{key}" for key in ModelSettings.model_fields],
    *[f"workflows.refund.{key}" for key in WorkflowSettings.model_fields],
]


@pytest.mark.parametrize("key", KEYS)
def test_a_wrong_key_is_refused_with_its_file_and_its_name(tmp_path: Path, key: str) -> None:
    """A table fits none of them, save the approvers, which are one."""
    table, _, name = key.rpartition(".")
    settings = {
        "slack": {},
        "model": {},
        "workflows.refund": {"channel": '"C0REFUNDS"', "approvers": '{ groups = ["S0LEADS"] }'},
    }
    settings[table] = {**settings[table], name: "{ surely = true }"}
    lines = [
        line
        for title, keys in settings.items()
        for line in (f"[{title}]", *(f"{one} = {value}" for one, value in keys.items()))
    ]
    file = tmp_path / "signoff.toml"
    file.write_text("\n".join(lines))
    assert tomllib.loads(file.read_text())
    with pytest.raises(SettingsError) as refused:
        read_config(file)
    assert f"{file}: {key}" in str(refused.value)


def test_there_is_no_table_besides() -> None:
    assert set(Config.model_fields) == {"slack", "workflows", "model"}
