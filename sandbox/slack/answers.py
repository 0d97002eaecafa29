"""What a person sees after doing something, as the drive API answers it."""

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """`ok`: acknowledged in time. `view`: the modal in front of the person, or the home they opened."""

    ok: bool
    ack_ms: float | None = None
    response: Any = None
    view: Document | None = None
    error: str | None = None
    more: Document = field(default_factory=dict)

    def body(self) -> Document:
        return {
            "ok": self.ok,
            "ack_ms": self.ack_ms,
            "response": self.response,
            "view": self.view,
            "error": self.error,
            **self.more,
        }


class Impossible(Exception):
    """What was asked for never reaches the app; `code` says why, `more` the details."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more
