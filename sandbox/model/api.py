"""The model's HTTP side: one key, one endpoint, ordered faults, and a log of every call with its tokens.

Its only method is `chat.completions`, the name faults are ordered by.
"""

import asyncio
import json
import logging
import time
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults
from sandbox.inspector import Inspector
from sandbox.model import answers
from sandbox.model.answers import Tokens
from sandbox.model.words import say
from sandbox.storage import Document, Storage

log = logging.getLogger(__name__)

KEY = "sk-sandbox-model"
METHOD = "chat.completions"
CALLS = "model_calls"
# Never sent: what the log reads where the connection was cut.
NO_ANSWER = 499


@dataclass(frozen=True)
class Outcome:
    """`tokens` is None where nothing was computed, `lost` where the answer went nowhere."""

    status: int
    body: dict[str, Any] | None
    tokens: Tokens | None = None
    lost: bool = False


class ModelDouble:
    def __init__(self, storage: Storage, clock: Clock, faults: Faults, inspector: Inspector) -> None:
        self._storage = storage
        self._clock = clock
        self._faults = faults
        self._inspector = inspector
        self._calls = list(storage.load(CALLS).values())

    def register(self, app: web.Application) -> None:
        app.router.add_post("/model/v1/chat/completions", self._complete)
        app.router.add_route("*", "/model/{rest:.*}", self._unrecognized)

    def reset(self) -> None:
        self._storage.clear(CALLS)
        self._calls.clear()

    def snapshot(self) -> Document:
        """What `GET /drive/model` answers: every call since the last reset, oldest first."""
        return {"calls": list(self._calls)}

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        started_s, text = time.monotonic(), await request.text()
        body = _object(text)
        fault = self._faults.take("model", METHOD)
        call = self._arrived(body, fault)
        outcome = await self._outcome(request, body, fault)
        self._answered(call, outcome, (time.monotonic() - started_s) * 1000)
        if outcome.lost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=NO_ANSWER)
        headers = {"Retry-After": str(fault.retry_after_s)} if fault and outcome.status == 429 else {}
        return web.json_response(outcome.body, status=outcome.status, headers=headers)

    async def _outcome(self, request: web.Request, body: Document | None, fault: Fault | None) -> Outcome:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            # No real key is taken, so that nothing real is ever sent here by mistake.
            refusal = answers.error("Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
            return Outcome(401, refusal)
        if body is None or not body.get("model") or not body.get("messages"):
            refusal = answers.error("We could not parse the JSON body.", "invalid_request_error", None)
            return Outcome(400, refusal)
        if fault is not None and fault.action == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault is not None and fault.action == "down":
            return Outcome(NO_ANSWER, None, lost=True)
        if fault is not None and fault.action == "rate_limit":
            refusal = answers.error("Rate limit reached.", "requests", "rate_limit_exceeded")
            return Outcome(429, refusal)
        if fault is not None and fault.action == "error":
            kind = "server_error" if fault.status >= 500 else "invalid_request_error"
            return Outcome(fault.status, answers.error("The server had an error.", kind, fault.code))
        said = say(body, fault.action if fault else None)
        tokens = Tokens(
            answers.count(json.dumps([body["messages"], body.get("tools")])), answers.count(said.text)
        )
        answer = answers.completion(str(body["model"]), said, tokens, self._clock.now())
        return Outcome(200, answer, tokens, lost=fault is not None and fault.action == "lose_answer")

    def _arrived(self, body: Document | None, fault: Fault | None) -> Document:
        """Logged before it is answered: whoever asked may be dead by then."""
        call: Document = {
            "n": len(self._calls),
            "at": self._clock.now(),
            "model": (body or {}).get("model"),
            "tokens": None,
            "request": body,
            "status": None,
            "answer": None,
            "delivered": False,
            "fault": fault.action if fault else None,
        }
        self._calls.append(call)
        self._keep(call)
        return call

    def _answered(self, call: Document, outcome: Outcome, took_ms: float) -> None:
        tokens = asdict(outcome.tokens) if outcome.tokens else None
        call |= {"tokens": tokens, "status": outcome.status, "answer": outcome.body}
        call["delivered"] = not outcome.lost
        # One that was still under way when everything was reset is forgotten.
        if call in self._calls:
            self._keep(call)
        said = "no answer" if outcome.lost else str(outcome.status)
        shown = {"request": call["request"], "answer": outcome.body}
        self._inspector.note("from_bot", "model", "POST /chat/completions", shown, took_ms, said)

    def _keep(self, call: Document) -> None:
        self._storage.put(CALLS, f"{call['n']:08d}", call)

    async def _unrecognized(self, request: web.Request) -> web.StreamResponse:
        log.warning("the model's stand-in has no %s %s", request.method, request.path)
        message = f"Invalid URL ({request.method} {request.path.removeprefix('/model')})"
        return web.json_response(answers.error(message, "invalid_request_error", None), status=404)


def _object(text: str) -> Document | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
