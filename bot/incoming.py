"""The shape every payload of Slack's has, checked before Bolt looks at it: Bolt takes that shape for granted.

What a listener needs besides is parsed by the listener. https://docs.slack.dev/reference/interaction-payloads
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.payloads import Payload


class NotUnderstood(Exception):
    """The message names what is wrong, and nothing of what was sent."""


class Named(BaseModel):
    """Something with an id. Strict: a number is no id."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str
    team_id: str | None = None


class Installation(Payload):
    """Which installation of the app an event was sent to."""

    team_id: str | None = None
    enterprise_id: str | None = None


class Pressed(Payload):
    action_id: str
    block_id: str


class Shown(Payload):
    type: str
    callback_id: str
    team_id: str | None = None
    app_installed_team_id: str | None = None


class Happened(Payload):
    type: str
    user: Named | str | None = None
    channel: Named | str | None = None
    team: Named | str | None = None


class ResponseUrl(Payload):
    response_url: str | None = None


class Incoming(Payload):
    """A command, an interaction or an event, as far as all of them are alike."""

    type: str | None = None
    command: str | None = None
    callback_id: str | None = None
    response_url: str | None = None
    response_urls: tuple[ResponseUrl, ...] = ()
    user: Named | str | None = None
    user_id: str | None = None
    channel: Named | str | None = None
    channel_id: str | None = None
    team: Named | str | None = None
    team_id: str | None = None
    enterprise: Named | str | None = None
    enterprise_id: str | None = None
    authorizations: list[Installation] | None = None
    view: Shown | None = None
    event: Happened | None = None
    actions: list[Pressed] | None = Field(default=None, min_length=1)


def check(payload: dict[str, Any]) -> None:
    """Raises NotUnderstood."""
    try:
        Incoming.model_validate(payload)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in each["loc"]) for each in error.errors()})
        raise NotUnderstood(f"Slack's payloads look different at: {', '.join(places)}"[:300]) from None
