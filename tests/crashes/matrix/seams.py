"""The two seams, each wrapped once: each commit and each call to Slack, Stripe and a model passes its points.

Composition only: the constructors in `bot/parts.py` are replaced by ones that put a wrapper around the real
thing.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import stripe
from aiohttp.client_middlewares import ClientHandlerType

from bot.parts import REAL_PARTS, Parts
from bot.settings import Config, Environment
from tests.crashes.matrix.commits import Make, SeamedWriter, open_seamed
from tests.crashes.matrix.control import Control
from workflows.models.chat import ChatModel, NoReply, Reply
from workflows.models.question import Question

T = TypeVar("T")

ON_ITS_WAY_S = 0.15
ACK, SOCKET, MODEL_CALL = "slack ack", "slack socket", "model completion"
SOCKET_PATH = "/slack/link"
STRIPE_IDS = re.compile(r"/(?:pi|ch|re|cus|txn|py|pyr)_\w+")


def seamed(control: Control, parts: Parts = REAL_PARTS, writer: Make | None = None) -> Parts:
    """These parts, with a point before and after everything that is committed or called."""

    return replace(
        parts,
        database=partial(open_seamed, control, writer or SeamedWriter),
        slack_http=partial(aiohttp.ClientSession, middlewares=(_slack_calls(control),)),
        slack_socket=partial(_socket_session, control),
        stripe_http=partial(StripeHttp, control),
        model=partial(_model, control, parts.model),
    )


def _slack_calls(control: Control) -> Any:
    async def around(request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
        return await _called(control, f"slack {_slack_name(request)}", partial(handler, request))

    return around


async def _called(control: Control, name: str, call: Callable[[], Awaitable[T]]) -> T:
    """A third point lies on the way of a call that takes its time: it has left, and nobody has answered."""
    await control.stop_at(f"{name} — before")
    calling = asyncio.ensure_future(call())
    try:
        done, _ = await asyncio.wait({calling}, timeout=ON_ITS_WAY_S)
        if not done:
            await control.stop_at(f"{name} — on its way")
        answer = await calling
    except asyncio.CancelledError:
        calling.cancel()
        raise
    await control.stop_at(f"{name} — after")
    return answer


def _socket_session(
    control: Control, ws_response_class: type[aiohttp.ClientWebSocketResponse[Any]]
) -> aiohttp.ClientSession:
    """Opening the socket is a call like any other; what is sent over it are our acks."""

    class SeamedSocket(ws_response_class):  # type: ignore[misc, valid-type]  # a class that is handed in
        async def send_str(self, data: str, compress: int | None = None) -> None:
            await control.stop_at(f"{ACK} — before")
            await super().send_str(data, compress)
            await control.stop_at(f"{ACK} — after")

    middlewares = (_slack_calls(control),)
    return aiohttp.ClientSession(ws_response_class=SeamedSocket, middlewares=middlewares)


def _slack_name(request: aiohttp.ClientRequest) -> str:
    method = request.url.name
    if request.url.path.endswith(SOCKET_PATH):
        return SOCKET.removeprefix("slack ")
    if "/response/" in request.url.path:
        return "response_url"
    if method != "chat.postMessage":
        return method
    return f"{method} ({_kind_of_post(request)})"


def _kind_of_post(request: aiohttp.ClientRequest) -> str:
    body = request.body
    text = body.decode() if isinstance(body, aiohttp.payload.Payload) else str(body)
    try:
        posted = json.loads(text)
    except ValueError:
        return "direct"
    if str(posted.get("channel", "")).startswith("D"):
        return "direct"
    return "reply" if posted.get("thread_ts") else "card"


class StripeHttp(stripe.HTTPXClient):
    """Every call of stripe-python goes through `request_async`."""

    def __init__(self, control: Control, timeout: float) -> None:
        # Loading a hundred certificates takes longer than the rest of a start, and the sandbox speaks HTTP.
        super().__init__(timeout=timeout, verify_ssl_certs=False)
        self._control = control

    async def request_async(
        self, method: str, url: str, headers: Any, post_data: Any = None
    ) -> tuple[bytes, int, Any]:
        path = STRIPE_IDS.sub("/…", urlsplit(url).path.removeprefix("/stripe"))
        name = f"stripe {method.upper()} {path}"
        call = partial(super().request_async, method, url, headers, post_data)
        return await _called(self._control, name, call)


def _model(
    control: Control,
    choose: Callable[[Environment, Config], ChatModel | None],
    environment: Environment,
    config: Config,
) -> ChatModel | None:
    model = choose(environment, config)
    return SeamedModel(**vars(model), control=control) if model else None


@dataclass(frozen=True)
class SeamedModel(ChatModel):
    """A model is asked by `send` alone."""

    control: Control

    async def send(self, question: Question[Any]) -> Reply | NoReply:
        return await _called(self.control, MODEL_CALL, partial(super().send, question))
