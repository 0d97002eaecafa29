"""`manifest.yml` asks Slack for what the code uses: its commands, its scopes, and no more."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import read_config
from bot.views.signoff import COMMAND, USAGE
from workflows.graphs.registry import load
from workflows.workflow import Registry

HOME = Path(__file__).parents[3]
MANIFEST: dict[str, Any] = yaml.safe_load((HOME / "manifest.yml").read_text())
# Slack's own schema of manifests (github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json)
# is no part of this repository. The parts of it that our manifest uses are copied below.
SCHEMA = HOME.parent / "shared" / "slack" / "manifest.schema.json"

# What each method needs of a bot token: https://docs.slack.dev/reference/methods. conversations.* takes one
# scope for each kind of conversation: a workflow's channel may be public or private, and DMs are opened.
SCOPES = {
    "apps_connections_open": set[str](),  # takes the app's own token
    "auth_test": set[str](),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set[str](),
    "views_publish": set[str](),
    "views_update": set[str](),
}

_FLAG: dict[str, Any] = {"type": "boolean"}
SHAPE: dict[str, dict[str, Any]] = {
    "display_information": {
        "name": {"type": "string", "minLength": 1, "maxLength": 35},
        "description": {"type": "string", "minLength": 1, "maxLength": 140},
        "background_color": {"type": "string", "minLength": 4, "maxLength": 7},
    },
    "app_home": {
        "home_tab_enabled": _FLAG,
        "messages_tab_enabled": _FLAG,
        "messages_tab_read_only_enabled": _FLAG,
    },
    "bot_user": {
        "display_name": {"type": "string", "minLength": 1, "maxLength": 80},
        "always_online": _FLAG,
    },
    "slash_commands": {
        "command": {"type": "string", "pattern": r"^\/", "minLength": 2, "maxLength": 32},
        "description": {"type": "string", "minLength": 1, "maxLength": 2000},
        "usage_hint": {"type": "string", "minLength": 1, "maxLength": 1000},
        "should_escape": _FLAG,
    },
    "settings": {
        "org_deploy_enabled": _FLAG,
        "socket_mode_enabled": _FLAG,
        "token_rotation_enabled": _FLAG,
    },
}


def registry() -> Registry:
    no_payments: Any = None  # loading reads no payment
    return load(read_config(HOME / "signoff.toml.example").workflows, no_payments)


def test_its_commands_are_signoffs_own_and_the_workflows_with_their_usage() -> None:
    commands = {each["command"]: each.get("usage_hint") for each in MANIFEST["features"]["slash_commands"]}
    installed = registry().all()
    workflows = {f"/{each.workflow.name}": each.workflow.usage for each in installed}
    assert commands == {COMMAND: USAGE, **workflows}


def test_the_text_of_a_command_comes_as_it_was_typed() -> None:
    assert not [each for each in MANIFEST["features"]["slash_commands"] if each["should_escape"]]


def test_its_scopes_are_those_the_methods_in_use_need_and_no_others() -> None:
    needed = {"commands"}.union(*(SCOPES[method] for method in methods_in_use()))
    granted = MANIFEST["oauth_config"]["scopes"]["bot"]
    assert set(granted) == needed
    assert granted == sorted(set(granted))
    assert "user" not in MANIFEST["oauth_config"]["scopes"]


def test_every_method_of_the_table_is_in_use() -> None:
    assert methods_in_use() == set(SCOPES)


def test_clicks_and_commands_come_over_socket_mode() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"] == {"is_enabled": True}


def test_its_events_are_those_the_code_listens_to() -> None:
    assert MANIFEST["settings"]["event_subscriptions"] == {"bot_events": sorted(events_in_use())}


def test_the_home_is_there_and_nothing_reads_what_is_written_to_the_bot() -> None:
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
    assert not {"message", "app_mention"} & events_in_use()


def test_it_has_the_shape_and_the_lengths_slack_takes() -> None:
    assert set(MANIFEST) == {"display_information", "features", "oauth_config", "settings"}
    assert set(MANIFEST["features"]) == {"app_home", "bot_user", "slash_commands"}
    _fits(MANIFEST["features"]["app_home"], SHAPE["app_home"])
    _fits(MANIFEST["display_information"], SHAPE["display_information"])
    _fits(MANIFEST["features"]["bot_user"], SHAPE["bot_user"])
    assert 1 <= len(MANIFEST["features"]["slash_commands"]) <= 50
    for command in MANIFEST["features"]["slash_commands"]:
        _fits(command, SHAPE["slash_commands"])
    settings = {key: value for key, value in MANIFEST["settings"].items() if not isinstance(value, dict)}
    _fits(settings, SHAPE["settings"])
    assert re.fullmatch("#[0-9a-fA-F]{6}", MANIFEST["display_information"]["background_color"])


# Defined only where the schema stands beside the checkout: without it there is nothing to compare.
if SCHEMA.is_file():

    def test_the_copied_shape_is_slacks_own() -> None:
        definitions = json.loads(SCHEMA.read_text())["definitions"]
        theirs = {
            "display_information": definitions["app-manifests.v1.display_information.schema"],
            "app_home": definitions["app-manifests.v1.features.app_home"],
            "bot_user": definitions["app-manifests.v1.features.bot_user"],
            "slash_commands": definitions["app-manifests.v1.features.slash_commands"]["items"],
            "settings": definitions["app-manifests.v1.settings.schema"],
        }
        for name, copied in SHAPE.items():
            assert set(theirs[name].get("required", [])) <= set(copied)
            for key, rules in copied.items():
                assert rules.items() <= theirs[name]["properties"][key].items(), key


def events_in_use() -> set[str]:
    """Every event a listener is registered for."""
    return {
        str(node.args[0].value)
        for file in (HOME / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "event"
        if isinstance(node.args[0], ast.Constant)
    }


def methods_in_use() -> set[str]:
    """Every method of Slack's client that the bot calls."""
    offered = {name for name in vars(AsyncWebClient) if "_" in name and not name.startswith("_")}
    calls = (
        node.func.attr
        for file in (HOME / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )
    return offered.intersection(calls)


def _fits(value: dict[str, Any], shape: dict[str, dict[str, Any]]) -> None:
    assert set(value) <= set(shape)
    for key, each in value.items():
        rules = shape[key]
        assert isinstance(each, bool if rules["type"] == "boolean" else str), key
        if isinstance(each, str):
            assert rules.get("minLength", 0) <= len(each) <= rules.get("maxLength", len(each)), key
            assert re.search(rules.get("pattern", ""), each), key
