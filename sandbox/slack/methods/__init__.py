"""The Web API methods the bot calls, each with Slack's rules; nothing else answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.slack.arguments import Arguments
from sandbox.slack.workspace import Workspace

Document = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """`scope` is what every call needs; one that depends on the channel the method asks for itself.

    `caller`: whether it takes the bot's token or the app's own.
    """

    call: Callable[[Workspace, Arguments], Document]
    scope: str | None = None
    caller: Literal["bot", "app"] = "bot"
