"""`POST /drive/deliver`: anything at all is sent to the bot as if from Slack, to see what it makes of it."""

import time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.slack.answers import Answer
from sandbox.slack.api import SlackDouble


class DeliverBody(BaseModel):
    """An envelope of `kind` around `payload`, signed if over HTTP; or, over a socket, a bare `frame`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str | None = None
    payload: Any = None
    frame: str | None = Field(default=None, max_length=4_000_000)

    @model_validator(mode="after")
    def _one_of_them(self) -> "DeliverBody":
        if (self.kind is None) == (self.frame is None):
            raise ValueError("name either kind and payload, or frame")
        return self


async def deliver(slack: SlackDouble, body: DeliverBody) -> dict[str, Any]:
    if body.frame is not None:
        sent = await slack.link.send_frame(body.frame)
        return Answer(ok=sent, error=None if sent else "dispatch_failed").body()
    deadline_s = time.monotonic() + slack.ack_timeout_s
    outcome = await slack.carrier.carry(str(body.kind), body.payload, copies=1, deadline_s=deadline_s)
    return Answer(outcome.ok, outcome.ack_ms, outcome.payload, None, outcome.error).body()
