"""A Web API call's arguments, from a form, a query or a JSON body, read with Slack's leniency and errors."""

import json
from typing import Any

from aiohttp import web

from sandbox.slack.errors import SlackError


class Arguments:
    """Typed reading of loosely typed arguments. A missing or unreadable one is `invalid_arguments`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise SlackError.with_messages("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise SlackError.with_messages(
            "invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/{name}]"]
        )

    def flag(self, name: str) -> bool:
        return self.values.get(name) in (True, 1, "1", "true", "True")

    def integer(self, name: str, default: int, most: int) -> int:
        try:
            value = int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments") from None
        if not 1 <= value <= most:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return value

    def structure(self, name: str, unreadable: str) -> Any:
        """An object or a list, which a form carries as JSON text; SlackError `unreadable` if it isn't any."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(unreadable) from None


async def read_arguments(request: web.Request) -> Arguments:
    """Query and body together; SlackError when a JSON body isn't an object."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        try:
            body = json.loads(text) if text else {}
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        values |= body
    elif request.can_read_body:
        values |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return Arguments(values)
