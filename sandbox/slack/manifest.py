"""What the app's manifest grants and registers: scopes, slash commands, events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are not among our pins

from sandbox.slack.errors import SlackError

DEFAULT_COMMANDS = ("/refund", "/signoff")
DEFAULT_EVENTS = ("app_home_opened", "app_mention", "message.im")


@dataclass(frozen=True)
class Command:
    """One registered slash command, as the page's composer lists it."""

    name: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Manifest:
    """`scopes` is None without a manifest: nothing is refused for a missing scope."""

    scopes: frozenset[str] | None
    commands: dict[str, Command]
    events: frozenset[str]
    messages_tab_read_only: bool = False

    @classmethod
    def read(cls, file: Path) -> "Manifest":
        """The manifest in `file`, or the defaults where there is none."""
        if not file.exists():
            commands = {name: Command(name) for name in DEFAULT_COMMANDS}
            return cls(None, commands, frozenset(DEFAULT_EVENTS))
        manifest: dict[str, Any] = yaml.safe_load(file.read_text()) or {}
        scopes = _at(manifest, "oauth_config", "scopes", "bot") or []
        events = _at(manifest, "settings", "event_subscriptions", "bot_events") or []
        commands = {
            entry["command"]: Command(
                entry["command"], entry.get("description", ""), entry.get("usage_hint", "")
            )
            for entry in _at(manifest, "features", "slash_commands") or []
        }
        read_only = _at(manifest, "features", "app_home", "messages_tab_read_only_enabled")
        return cls(frozenset(scopes), commands, frozenset(events), bool(read_only))

    def require(self, scope: str) -> None:
        """SlackError `missing_scope` unless the app was granted it."""
        if self.scopes is not None and scope not in self.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))


def _at(tree: dict[str, Any], *path: str) -> Any:
    node: Any = tree
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node
