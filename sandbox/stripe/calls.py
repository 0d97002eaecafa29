"""One HTTP request as the double sees it, and its outcome as it goes back over the wire."""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.stripe import answers, parameters, permissions
from sandbox.stripe.errors import no_api_key, unreadable_body, wrong_api_key
from sandbox.stripe.parameters import Parameters

# Never sent: what a log of ours reads where the connection was cut.
NO_ANSWER = 499

_TEST_KEY = re.compile(r"[sr]k_test_\w+", re.ASCII)


@dataclass(frozen=True)
class Call:
    """`id` is Stripe's Request-Id; `readable` says whether the parameters could be read."""

    id: str
    key: str | None
    version: str
    authorization: str
    parameters: Parameters
    readable: bool

    def admit(self, method: str | None) -> None:
        """Raises StripeError unless it comes with a test key that may do this, and a readable body.

        Live keys are refused: nothing real may talk to a double. `method` is None where there is none.
        """
        key = self.api_key
        if not key:
            raise no_api_key()
        if not _TEST_KEY.fullmatch(key):
            raise wrong_api_key(key)
        permissions.check(key, method)
        if not self.readable:
            raise unreadable_body()

    @property
    def api_key(self) -> str:
        return _api_key(self.authorization)

    def arguments(self) -> Parameters:
        """The parameters as a reader of the log wants them: the amount as a number where it is one."""
        amount = self.parameters.get("amount")
        if isinstance(amount, str) and amount.isascii() and amount.isdigit():
            return {**self.parameters, "amount": int(amount)}
        return self.parameters


@dataclass(frozen=True)
class Outcome:
    """What was answered. `lost` cuts the connection instead; with `status` None nothing was attempted."""

    status: int | None
    body: dict[str, Any] | None
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False
    lost: bool = False


async def read_call(request: web.Request) -> Call:
    is_post = request.method == "POST"
    readable, given = True, {}
    try:
        text = (await request.read()).decode() if is_post else request.rel_url.raw_query_string
        is_form = not text or request.content_type == "application/x-www-form-urlencoded"
        readable = is_form or not is_post
        given = parameters.read(text) if readable else {}
    except ValueError:  # not UTF-8, too many fields, or names that contradict each other
        readable = False
    return Call(
        id=f"req_{secrets.token_hex(7)}",
        key=request.headers.get("Idempotency-Key") if is_post else None,
        version=request.headers.get("Stripe-Version", answers.VERSION),
        authorization=request.headers.get("Authorization", ""),
        parameters=given,
        readable=readable,
    )


def respond(request: web.Request, call: Call, outcome: Outcome) -> web.Response:
    """Stripe's headers and indented JSON; a lost answer aborts the TCP connection and goes nowhere."""
    if outcome.lost or outcome.status is None:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=NO_ANSWER)
    headers = {"Request-Id": call.id, "Stripe-Version": call.version, **outcome.headers}
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    return web.json_response(
        outcome.body,
        status=outcome.status,
        headers=headers,
        dumps=lambda body: json.dumps(body, indent=2, ensure_ascii=False),
    )


def _api_key(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return decoded.partition(":")[0]
    return ""
