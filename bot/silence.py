"""A watchdog for Socket Mode: a socket on which Slack has gone silent is replaced.

Such a socket is open and answers our pings, yet nothing that people do arrives. Slack pings each socket of
its own accord every few seconds, so silence longer than that says that nobody is there.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Literal

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

LOOKS_PER_SILENCE = 5

log = structlog.get_logger()


class HearingSocket(aiohttp.ClientWebSocketResponse[Literal[True]]):
    """Notes when Slack last said something by itself: a message or a ping, not an answer to ours."""

    heard_s: float | None = None

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        message = await super().receive(timeout)
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING):
            self.heard_s = time.monotonic()
        return message


async def listen_for_silence(client: SocketModeClient, session: Callable[..., aiohttp.ClientSession]) -> None:
    """To be called before the client connects, which it then does by a session of ours."""
    unused = client.aiohttp_client_session
    client.aiohttp_client_session = session(ws_response_class=HearingSocket)
    await unused.close()


async def replace_silent_sockets(client: SocketModeClient, silence_max_s: float) -> None:
    """Until it is cancelled. A socket may be silent for so long after it was first seen, or last replaced."""
    watched, seen_s = client.current_session, time.monotonic()
    while True:
        await asyncio.sleep(silence_max_s / LOOKS_PER_SILENCE)
        if client.current_session is not watched:
            watched, seen_s = client.current_session, time.monotonic()
        elif _is_silent(watched, seen_s, silence_max_s):
            log.warning("socket_silent", silence_max_s=silence_max_s)
            await _replace(client)
            seen_s = time.monotonic()


def _is_silent(socket: aiohttp.ClientWebSocketResponse | None, seen_s: float, silence_max_s: float) -> bool:
    heard_s = socket.heard_s if isinstance(socket, HearingSocket) else None
    return time.monotonic() - max(seen_s, heard_s or seen_s) > silence_max_s


async def _replace(client: SocketModeClient) -> None:
    try:
        await client.connect_to_new_endpoint(force=True)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        # Looked at again after as long a silence as before.
        log.warning("socket_not_replaced", error=str(error))
