"""What Slack's Web API refuses with."""

from typing import Any


class SlackError(Exception):
    """Slack answers `{"ok": false, "error": code}`, with whatever else that error carries."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    @classmethod
    def with_messages(cls, code: str, messages: list[str]) -> "SlackError":
        """An error that says what is wrong with the arguments, the way Slack words it."""
        return cls(code, errors=messages, response_metadata={"messages": messages})

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.details}
