"""The app's manifest: `manifest.yml` of the checkout, fitted to an installation.

`manifest.yml` is the one source of scopes, events and features, and what the sandbox reads; it stands beside
the packages, since Signoff runs from its checkout. Here only what differs from one installation to the next
is changed: the commands of the configured workflows, and whether Slack comes over a socket or to an address.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins

from bot.views.signoff import COMMAND
from workflows.workflow import Workflow

FILE = Path(__file__).parent.parent / "manifest.yml"
# Where `bot.slack_over_http` takes what Slack sends.
EVENTS_PATH = "/slack/events"
USAGE_HINT_MAX = 1000
URL_MAX = 3000

Manifest = dict[str, Any]


class UnusableAddress(ValueError):
    """Slack takes an https address with a host, and nothing after its path."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"--url: {url!r} can't be given to Slack. It takes an address such as "
            "https://signoff.example.com, without a query, a fragment or a password."
        )


def shipped() -> Manifest:
    manifest: Manifest = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return manifest


def fitted(shipped: Manifest, workflows: Sequence[Workflow], url: str | None) -> Manifest:
    """With a command for each workflow, for Socket Mode or for requests to `url`. Raises UnusableAddress.

    A workflow's command is described as `shipped` describes it; one that isn't there in general words. The
    commands of workflows that are not installed are left out: nobody would answer them.
    """
    manifest = copy.deepcopy(shipped)
    known = {each["command"]: each for each in shipped["features"]["slash_commands"]}
    commands = [_command(each, known) for each in workflows]
    manifest["features"]["slash_commands"] = [dict(each) for each in [*commands, known[COMMAND]]]
    return manifest if url is None else _over_http(manifest, request_url(url))


def request_url(url: str) -> str:
    """Where Slack sends to, from the address a person gives: a base, or the full one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UnusableAddress(url) from None
    more = parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme != "https" or not parts.hostname or more or any(each.isspace() for each in url):
        raise UnusableAddress(url)
    full = f"{url.rstrip('/').removesuffix(EVENTS_PATH)}{EVENTS_PATH}"
    if len(full) > URL_MAX:
        raise UnusableAddress(url)
    return full


def _command(workflow: Workflow, known: Mapping[str, Manifest]) -> Manifest:
    name = f"/{workflow.name}"
    general = {
        "command": name,
        "description": f"Ask for {workflow.name}; someone else approves it",
        "should_escape": False,
    }
    command = {key: value for key, value in known.get(name, general).items() if key != "usage_hint"}
    return command | ({"usage_hint": workflow.usage[:USAGE_HINT_MAX]} if workflow.usage else {})


def _over_http(manifest: Manifest, url: str) -> Manifest:
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = url
    settings["interactivity"]["request_url"] = url
    for command in manifest["features"]["slash_commands"]:
        command["url"] = url
    return manifest
