"""Who a message calls: `<@U…>` and `<!subteam^S…>` where Slack would render them as mentions."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.slack.cast import Group

_PERSON = re.compile(r"<@(U[A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")


def mentioned(text: str, blocks: list[dict[str, Any]], groups: Mapping[str, Group]) -> list[str]:
    """Ids of the people called, each once. With blocks the text is only a fallback and calls nobody."""
    found: dict[str, None] = {}
    for piece in _mrkdwn(blocks) if blocks else iter([text]):
        found.update(dict.fromkeys(_PERSON.findall(piece)))
        for group_id in _GROUP.findall(piece):
            group = groups.get(group_id)
            found.update(dict.fromkeys(group.users if group else ()))
    return [*found]


def _mrkdwn(node: Any) -> Iterator[str]:
    """Every text below `node` in which mentions work, rich text's own elements written as mrkdwn."""
    if isinstance(node, list):
        for item in node:
            yield from _mrkdwn(item)
    elif isinstance(node, dict):
        match node.get("type"):
            case "mrkdwn" | "markdown" if isinstance(node.get("text"), str):
                yield node["text"]
            case "user" if "user_id" in node:
                yield f"<@{node['user_id']}>"
            case "usergroup" if "usergroup_id" in node:
                yield f"<!subteam^{node['usergroup_id']}>"
            case _:
                for value in node.values():
                    yield from _mrkdwn(value)
