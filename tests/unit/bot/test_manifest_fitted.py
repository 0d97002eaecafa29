"""`signoff manifest` fits `manifest.yml` to an installation, and Slack's own command line can ask for it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins
from typer.testing import CliRunner

from bot.cli import app
from bot.manifest import UnusableAddress, fitted, request_url, shipped
from bot.settings import read_config
from workflows.graphs.registry import load
from workflows.workflow import Workflow

HOME = Path(__file__).parents[3]
SCHEMA = HOME.parent / "shared" / "slack" / "manifest.schema.json"
URL = "https://signoff.example.com"
# A second workflow, which manifest.yml knows nothing of.
BROUGHT = """
[workflows.refund]
channel = "C0REFUNDS"
approvers = { groups = ["S0LEADS"] }

[workflows.badge]
graph = "examples.vendor_access:graph"
channel = "C0REFUNDS"
approvers = { groups = ["S0LEADS"] }
"""


def workflows(file: Path) -> list[Workflow]:
    no_payments: Any = None  # loading reads no payment
    return [each.workflow for each in load(read_config(file).workflows, no_payments).all()]


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "signoff.toml"
    file.write_text(BROUGHT)
    monkeypatch.setenv("SIGNOFF_CONFIG", str(file))
    return file


def test_for_the_example_s_workflows_and_socket_mode_it_is_the_shipped_one() -> None:
    assert fitted(shipped(), workflows(HOME / "signoff.toml.example"), None) == shipped()


def test_every_configured_workflow_gets_its_command_and_no_other_does(brought: Path) -> None:
    commands = fitted(shipped(), workflows(brought), None)["features"]["slash_commands"]
    assert [each["command"] for each in commands] == ["/refund", "/badge", "/signoff"]
    assert commands[1]["usage_hint"] == "VENDOR SYSTEM REASON"
    assert commands[1]["description"] == "Ask for badge; someone else approves it"
    assert commands[0] == shipped()["features"]["slash_commands"][0]


def test_for_an_address_all_three_kinds_go_there_and_socket_mode_is_off(brought: Path) -> None:
    manifest = fitted(shipped(), workflows(brought), URL)
    settings, address = manifest["settings"], f"{URL}/slack/events"
    assert settings["socket_mode_enabled"] is False
    assert settings["interactivity"] == {"is_enabled": True, "request_url": address}
    assert settings["event_subscriptions"]["request_url"] == address
    assert (
        settings["event_subscriptions"]["bot_events"]
        == (shipped()["settings"]["event_subscriptions"]["bot_events"])
    )
    assert {each["url"] for each in manifest["features"]["slash_commands"]} == {address}
    assert manifest["oauth_config"] == shipped()["oauth_config"]


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}/slack/events"])
def test_a_base_address_or_the_full_one_may_be_given(url: str) -> None:
    assert request_url(url) == f"{URL}/slack/events"


def test_a_path_in_front_of_ours_is_kept() -> None:
    assert request_url(f"{URL}:8443/bots/signoff") == f"{URL}:8443/bots/signoff/slack/events"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "signoff.example.com",
        "http://signoff.example.com",
        "https://",
        "https://signoff.example.com:port",
        "https://signoff.example.com?a=b",
        "https://signoff.example.com#a",
        "https://me:secret@signoff.example.com",
        "https://signoff example.com",
        f"https://{'a' * 3000}.example.com",
    ],
)
def test_what_slack_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(UnusableAddress):
        request_url(url)


def test_the_command_prints_yaml_or_json_in_a_line_and_needs_no_secrets(brought: Path) -> None:
    printed = CliRunner().invoke(app, ["manifest", "--url", URL])
    in_a_line = CliRunner().invoke(app, ["manifest", "--url", URL, "--json"])
    assert yaml.safe_load(printed.stdout) == fitted(shipped(), workflows(brought), URL)
    assert json.loads(in_a_line.stdout) == yaml.safe_load(printed.stdout)
    assert in_a_line.stdout.count("\n") == 1


def test_the_command_says_in_a_line_what_it_refuses(brought: Path) -> None:
    refused = CliRunner().invoke(app, ["manifest", "--url", "http://example.com"])
    assert refused.exit_code == 1
    assert refused.stderr.startswith("signoff: --url: 'http://example.com' can't be given to Slack.")
    brought.unlink()
    refused = CliRunner().invoke(app, ["manifest"])
    assert refused.exit_code == 1
    assert "Copy signoff.toml.example" in refused.stderr


def test_slack_s_command_line_finds_the_manifest_and_the_start() -> None:
    """The shape: https://docs.slack.dev/tools/slack-cli/reference/hooks."""
    hooks = json.loads((HOME / ".slack" / "hooks.json").read_text())
    assert hooks["config"] == {"sdk-managed-connection-enabled": True}
    assert set(hooks["hooks"]) == {"get-manifest", "start"}
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    for line in hooks["hooks"].values():
        program, command, *options = line.split()
        assert program == ".venv/bin/signoff"
        assert command in known
        assert options in ([], ["--json"])


# Defined only where the schema stands beside the checkout: without it there is nothing to compare.
if SCHEMA.is_file():

    @pytest.mark.parametrize("url", [None, URL], ids=["socket", "http"])
    def test_slack_s_own_schema_takes_it(brought: Path, url: str | None) -> None:
        schema = json.loads(SCHEMA.read_text())
        manifest = fitted(shipped(), workflows(brought), url)
        assert complaints(manifest, schema, schema) == []

    def test_the_comparison_sees_what_it_is_for(brought: Path) -> None:
        schema = json.loads(SCHEMA.read_text())
        manifest = fitted(shipped(), workflows(brought), None)
        manifest["features"]["slash_commands"][0]["command"] = "refund"
        manifest["settings"]["socket_mode"] = True
        del manifest["display_information"]["name"]
        assert len(complaints(manifest, schema, schema)) == 3


def complaints(value: Any, rules: dict[str, Any], root: dict[str, Any], place: str = "") -> list[str]:
    """What the parts of JSON Schema that Slack's uses have against a value."""
    if "$ref" in rules:
        rules = root["definitions"][rules["$ref"].removeprefix("#/definitions/")]
    if "anyOf" in rules:
        found = [complaints(value, each, root, place) for each in rules["anyOf"]]
        return min(found, key=len)
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
    kind = rules.get("type")
    if kind in kinds and not isinstance(value, kinds[kind]):
        return [f"{place}: no {kind}"]
    said = [f"{place}: not of {rules['enum']}"] if value not in rules.get("enum", [value]) else []
    if isinstance(value, str):
        fits = rules.get("minLength", 0) <= len(value) <= rules.get("maxLength", len(value))
        fits = fits and re.search(rules.get("pattern", ""), value) is not None
        said += [] if fits else [f"{place}: {value}"]
    if isinstance(value, list):
        fits = rules.get("minItems", 0) <= len(value) <= rules.get("maxItems", len(value))
        said += [] if fits else [f"{place}: {len(value)} items"]
        for n, each in enumerate(value):
            said += complaints(each, rules.get("items", {}), root, f"{place}[{n}]")
    if isinstance(value, dict):
        known = rules.get("properties", {})
        said += [f"{place}.{key} is missing" for key in rules.get("required", []) if key not in value]
        if rules.get("additionalProperties") is False:
            said += [f"{place}.{key} is unknown" for key in value if key not in known]
        for key, each in value.items():
            said += complaints(each, known.get(key, {}), root, f"{place}.{key}")
    return said
