"""The two seams, each wrapped once: each commit and each call to Slack, Stripe and a model passes its points.

Composition only: the constructors in `bot/parts.py` are replaced by ones that put a wrapper around the real
thing.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import stripe
from aiohttp.client_middlewares import ClientHandlerType

from bot.parts import REAL_PARTS, Parts
from bot.settings import Config, Environment
from store.ownership import Ownership
from store.sqlite import Database, Work
from store.writer import Job, Writer
from tests.crashes.matrix.control import Control
from tests.crashes.matrix.names import commit_name
from workflows.models.chat import ChatModel, NoReply, Reply
from workflows.models.question import Question

T = TypeVar("T")

ON_ITS_WAY_S = 0.15
STRIPE_IDS = re.compile(r"/(?:pi|ch|re|cus|txn|py|pyr)_\w+")


Make = Callable[[Control, Writer, Path], "SeamedWriter"]


def seamed(control: Control, parts: Parts = REAL_PARTS, writer: Make | None = None) -> Parts:
    """These parts, with a point before and after everything that is committed or called."""

    async def database(file: Path, now: datetime) -> Database:
        return await _bound(control, writer or SeamedWriter).open(file, now)

    return replace(
        parts,
        database=database,
        slack_http=partial(aiohttp.ClientSession, middlewares=(_slack_calls(control),)),
        stripe_http=partial(StripeHttp, control),
        model=partial(_model, control, parts.model),
    )


def _bound(control: Control, make: Make) -> type[Database]:
    class SeamedDatabase(Database):
        """`Database.write` is the only way to a commit, and a job of its writer the only way through it."""

        def __init__(self, file: Path, ownership: Ownership, writer: Writer, boot: int) -> None:
            seam = make(control, writer, file)
            super().__init__(file, ownership, seam, boot)  # type: ignore[arg-type]  # it has the two verbs a database uses

        async def write(self, work: Work[T], deadline_s: float | None = None) -> T:
            name = commit_name(work)
            await control.stop_at(f"commit: {name} — before")
            answer = await super().write(work, deadline_s)
            await control.stop_at(f"commit: {name} — after")
            return answer

    return SeamedDatabase


class SeamedWriter:
    """The real writer; a point is passed in its own thread right after COMMIT, before anybody is told."""

    def __init__(self, control: Control, writer: Writer, file: Path) -> None:
        self._control = control
        self._writer = writer
        self._file = file

    def submit(self, job: Job) -> None:
        point = f"commit: {commit_name(job.work)} — committed"

        def committed(done: Future[Any]) -> None:
            if not done.cancelled() and done.exception() is None:
                self._control.note(point)

        job.future.add_done_callback(committed)
        self._writer.submit(job)

    def close(self) -> None:
        self._writer.close()


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


def _slack_name(request: aiohttp.ClientRequest) -> str:
    method = request.url.name
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
        return await _called(self.control, "model completion", partial(super().send, question))
