"""What comes over Socket Mode: envelopes of the kinds we know are taken, anything else is dropped by name.

A dropped envelope is not acked, so that Slack, and the person, learn that it was not taken. A text that is
not whole JSON is dropped by Slack's client, which logs it.
"""

from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot import incoming

KINDS = ("slash_commands", "interactive", "events_api")
# What Slack says about the connection itself.
CONTROL = ("hello", "disconnect")
PARTS = ("envelope_id", "payload")
NAME_MAX = 80

log = structlog.get_logger()


def take_what_is_known(socket: AsyncSocketModeHandler) -> None:
    """To be called before it connects. Puts a check in front of Bolt's handler."""

    async def take(_: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        if envelope.type not in KINDS:
            _drop("Slack's envelopes are of other kinds", envelope.type)
            return
        try:
            incoming.check(envelope.payload)
        except incoming.NotUnderstood as refused:
            _drop(str(refused), envelope.type)
            return
        await socket.handle(socket.client, envelope)

    async def notice(_: AsyncBaseSocketModeClient, message: dict[str, Any], *_raw: str | None) -> None:
        """What is no envelope never gets as far as `take`."""
        if message.get("type") not in CONTROL and not all(part in message for part in PARTS):
            _drop("this is no envelope", str(message.get("type")))

    socket.client.socket_mode_request_listeners = [take]
    socket.client.message_listeners.append(notice)


def _drop(reason: str, kind: str) -> None:
    log.warning("envelope_dropped", reason=reason, kind=kind[:NAME_MAX])
