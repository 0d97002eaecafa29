"""What Slack sends an app: the bodies of slash commands, clicks, submissions and events.

Shapes: https://docs.slack.dev/reference/interaction-payloads and /interactivity/implementing-slash-commands.
"""

import secrets
from typing import Any

from sandbox.slack.cast import (
    APP_ID,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    Person,
)
from sandbox.slack.messages import Ephemeral, Message
from sandbox.slack.modals import View

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105  # Slack's old check, unused by Bolt

Document = dict[str, Any]


def escaped(text: str) -> str:
    """Text a person typed, with the three characters Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slash_command(
    person: Person, channel: Channel, command: str, text: str, response_url: str, trigger_id: str
) -> Document:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": escaped(text),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def click_in_message(
    person: Person,
    channel: Channel,
    message: Message | Ephemeral,
    state: Document,
    action: Document,
    response_url: str,
    trigger_id: str,
) -> Document:
    is_ephemeral = isinstance(message, Ephemeral)
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    body = _interaction("block_actions", person, trigger_id) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state},
        "response_url": response_url,
        "actions": [action],
    }
    if isinstance(message, Message):
        body["message"] = message.as_slack(with_metadata=True)
    return body


def click_in_view(person: Person, view: View, state: Document, action: Document, trigger_id: str) -> Document:
    shown = view.as_slack() | {"state": {"values": state}}
    return _interaction("block_actions", person, trigger_id) | {
        "container": {"type": "view", "view_id": view.id},
        "view": shown,
        "actions": [action],
    }


def view_submission(person: Person, view: View, trigger_id: str) -> Document:
    return _interaction("view_submission", person, trigger_id) | {
        "view": view.as_slack(),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Document:
    body = _interaction("view_closed", person, "")
    del body["trigger_id"]
    return body | {"view": view.as_slack(), "is_cleared": is_cleared}


def event(body: Document, at: float) -> Document:
    """An Events API envelope around one event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": body,
        "type": "event_callback",
        "event_id": "Ev0" + secrets.token_hex(4).upper(),
        "event_time": int(at),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def channel_name(channel: Channel) -> str:
    return "directmessage" if channel.is_direct else channel.name


def _interaction(type: str, person: Person, trigger_id: str) -> Document:
    return {
        "type": type,
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": person.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }
