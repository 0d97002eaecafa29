"""What Stripe's answers mean: a definite no with its code, or nothing to rely on.

The bodies are Stripe's own; stripe-python makes its exceptions of them.
https://docs.stripe.com/error-codes, https://docs.stripe.com/api/errors
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
import stripe

from workflows.effects.stripe_errors import KeyInOtherUse, answered
from workflows.errors import Refused, SavedError, Unanswered

DOCS = "https://docs.stripe.com/error-codes/"


class Answering(stripe.HTTPClient):
    """Stands where the network would be: gives one answer, or none."""

    name = "answering"

    def __init__(
        self,
        status: int,
        body: bytes,
        cut: BaseException | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._answer = (body, status, {"request-id": "req_1", **(headers or {})})
        self._cut = cut

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        if self._cut is not None:
            raise self._cut
        return self._answer

    async def sleep_async(self, secs: float) -> None:
        raise AssertionError("the client must not retry by itself")


async def refund(
    status: int, body: bytes, cut: BaseException | None = None, headers: Mapping[str, str] | None = None
) -> stripe.Refund:
    line = Answering(status, body, cut, headers)
    client = stripe.StripeClient("sk_test_1", max_network_retries=0, http_client=line)
    return await answered(client.v1.refunds.create_async({"payment_intent": "pi_42", "amount": 2500}))


def error_body(**error: object) -> bytes:
    return json.dumps({"error": error}).encode()


NOES = {
    "already refunded": (
        400,
        error_body(
            code="charge_already_refunded",
            doc_url=DOCS + "charge-already-refunded",
            message="Charge ch_42 has already been refunded.",
            type="invalid_request_error",
        ),
        "charge_already_refunded",
        "Charge ch_42 has already been refunded.",
    ),
    "disputed": (
        400,
        error_body(
            code="charge_disputed",
            message="Charge ch_42 has been charged back; cannot issue a refund.",
            type="invalid_request_error",
        ),
        "charge_disputed",
        "Charge ch_42 has been charged back; cannot issue a refund.",
    ),
    "more than is left, which has no code": (
        400,
        error_body(
            message="Refund amount ($30.00) is greater than unrefunded amount on charge ($25.00)",
            param="amount",
            type="invalid_request_error",
        ),
        "refused",
        "Refund amount ($30.00) is greater than unrefunded amount on charge ($25.00)",
    ),
    "no such payment": (
        404,
        error_body(
            code="resource_missing",
            message="No such payment_intent: 'pi_42'",
            param="intent",
            type="invalid_request_error",
        ),
        "resource_missing",
        "No such payment_intent: 'pi_42'",
    ),
    "card error": (
        402,
        error_body(
            code="card_declined", decline_code="generic_decline", message="Declined.", type="card_error"
        ),
        "card_declined",
        "Declined.",
    ),
    "wrong API key": (
        401,
        error_body(message="Invalid API Key provided: sk_test_*1", type="invalid_request_error"),
        "key_refused",
        "Invalid API Key provided: sk_test_*1",
    ),
    "expired API key, whose code says less than our word": (
        401,
        error_body(code="api_key_expired", message="Expired API Key provided", type="invalid_request_error"),
        "key_refused",
        "Expired API Key provided",
    ),
    "a restricted key without the permission": (
        403,
        error_body(
            message="The provided key 'rk_test_*1' does not have the required permissions",
            type="invalid_request_error",
        ),
        "key_refused",
        "The provided key 'rk_test_*1' does not have the required permissions",
    ),
    "a restricted key without the permission, named": (
        403,
        error_body(
            message="The provided key 'rk_test_*1' does not have the required permissions for this endpoint "
            "on account 'acct_1'. Having the 'rak_charge_write' permission would allow this request to "
            "continue.",
            type="invalid_request_error",
        ),
        "permission_missing",
        "the API key lacks the permission Charges and Refunds: Write (rak_charge_write). "
        "Ask again when whoever runs Signoff has added it in Stripe's dashboard.",
    ),
    "a permission that is new to us": (
        403,
        error_body(
            message="Having the 'rak_new_thing_read' permission would allow this request to continue.",
            type="invalid_request_error",
        ),
        "permission_missing",
        "the API key lacks the permission rak_new_thing_read. "
        "Ask again when whoever runs Signoff has added it in Stripe's dashboard.",
    ),
    "a status of 4xx stripe-python has no class for": (
        418,
        error_body(code="teapot", message="Short and stout.", type="api_error"),
        "teapot",
        "Short and stout.",
    ),
}


@pytest.mark.parametrize("case", NOES)
async def test_a_definite_no_is_a_refusal_with_stripes_code_and_words(case: str) -> None:
    status, body, code, text = NOES[case]
    with pytest.raises(Refused) as refused:
        await refund(status, body)
    assert (refused.value.code, refused.value.text) == (code, text)
    assert refused.value.system == "stripe"


UNCLEAR = {
    "too many requests": (
        429,
        error_body(code="rate_limit", message="Too many requests.", type="rate_limit_error"),
    ),
    "rate limit of old": (
        400,
        error_body(code="rate_limit", message="Slow down.", type="invalid_request_error"),
    ),
    "object locked": (429, error_body(code="lock_timeout", message="Locked.", type="invalid_request_error")),
    "same key still running": (
        409,
        error_body(code="idempotency_key_in_use", message="In progress.", type="idempotency_error"),
    ),
    "server error": (500, error_body(message="Something went wrong.", type="api_error")),
    "bad gateway without JSON": (502, b"<html>502 Bad Gateway</html>"),
    "overloaded": (503, error_body(message="Overloaded.", type="api_error")),
    "gateway timeout, empty": (504, b""),
    "done, but the answer is no JSON": (200, b"<html>"),
    "a redirect": (302, b"{}"),
    "a redirect with an error in it": (301, error_body(message="Moved.", type="invalid_request_error")),
    "a proxy's refusal in HTML": (403, b"<html>403 Forbidden</html>"),
    "a proxy that asks for a password": (407, b"<html>407</html>"),
    "a wrong address that answers in HTML": (404, b"<html>404 Not Found</html>"),
    "JSON without an error in it": (400, b'{"message": "no"}'),
    "an error that is a word": (400, b'{"error": "invalid_grant", "error_description": "gone"}'),
    "an error that says nothing": (400, b'{"error": {}}'),
    "an object that was locked for an older API version": (
        400,
        error_body(code="lock_timeout", message="Locked.", type="invalid_request_error"),
    ),
}


@pytest.mark.parametrize("case", UNCLEAR)
async def test_what_leaves_the_outcome_open_is_no_answer(case: str) -> None:
    with pytest.raises(Unanswered) as unanswered:
        await refund(*UNCLEAR[case])
    assert unanswered.value.system == "stripe"
    assert unanswered.value.detail


@pytest.mark.parametrize(
    ("asked", "heeded"), [("7", 7), (" 30 ", 30), ("soon", None), ("-5", None), ("٣", None), ("", None)]
)
async def test_how_long_stripe_asks_to_be_left_alone_is_heard(asked: str, heeded: int | None) -> None:
    body = error_body(code="lock_timeout", message="Locked.", type="invalid_request_error")
    with pytest.raises(Unanswered) as unanswered:
        await refund(429, body, headers={"Retry-After": asked})
    pause = unanswered.value.asked_pause
    assert (pause and pause.total_seconds()) == heeded


async def test_a_refusal_that_asks_to_be_tried_again_is_none() -> None:
    body = error_body(code="teapot", message="Later.", type="invalid_request_error")
    with pytest.raises(Unanswered):
        await refund(400, body, headers={"Stripe-Should-Retry": "true"})
    with pytest.raises(Refused):
        await refund(400, body, headers={"Stripe-Should-Retry": "false"})


@pytest.mark.parametrize("status", [429, 500])
async def test_what_stripe_saved_under_the_key_is_told_from_what_it_says_now(status: int) -> None:
    with pytest.raises(SavedError):
        await refund(status, error_body(message="No."), headers={"Idempotent-Replayed": "true"})


async def test_a_cut_connection_is_no_answer() -> None:
    with pytest.raises(Unanswered, match="stripe gave no answer: the connection failed"):
        await refund(200, b"{}", _cut())


async def test_a_key_used_with_other_arguments_is_told_from_other_refusals() -> None:
    message = "Keys for idempotent requests can only be used with the same parameters."
    with pytest.raises(KeyInOtherUse) as used:
        await refund(400, error_body(message=message, type="idempotency_error"))
    assert (used.value.code, used.value.text) == ("idempotency_error", message)


async def test_the_code_is_read_from_the_body_where_the_exception_has_none() -> None:
    body = error_body(code="their_own_code", message="No.", type="api_error")
    assert (await _raised(422, body)).code is None
    with pytest.raises(Refused) as refused:
        await refund(422, body)
    assert refused.value.code == "their_own_code"


async def test_an_answer_goes_through_as_it_is() -> None:
    made = await refund(200, b'{"id": "re_1", "object": "refund", "status": "succeeded", "amount": 2500}')
    assert (made.id, made.status, made.amount) == ("re_1", "succeeded", 2500)


async def test_a_surprise_that_is_not_stripes_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        await refund(200, b"{}", ZeroDivisionError())


async def test_being_cancelled_is_not_an_answer_of_stripes() -> None:
    with pytest.raises(asyncio.CancelledError):
        await refund(200, b"{}", asyncio.CancelledError())


async def test_a_proxys_long_error_page_is_not_quoted_whole() -> None:
    with pytest.raises(Unanswered) as unanswered:
        await refund(502, b"<html>" + b"x" * 100_000)
    assert len(unanswered.value.detail) <= 300


def _cut() -> stripe.APIConnectionError:
    return stripe.APIConnectionError("Connection reset")  # type: ignore[no-untyped-call]  # theirs is bare


async def _raised(status: int, body: bytes) -> stripe.StripeError:
    client = stripe.StripeClient("sk_test_1", max_network_retries=0, http_client=Answering(status, body))
    with pytest.raises(stripe.StripeError) as raised:
        await client.v1.refunds.create_async({"payment_intent": "pi_42"})
    return raised.value
