"""The double's answers beside Stripe's own: fixtures where they are at hand, stripe-python's types always."""

import inspect
import json
import types
import typing
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.bench import Bench

FIXTURES = Path(__file__).parents[4] / "shared" / "stripe" / "fixtures.json"

PATHS = {
    "refund": "/v1/refunds/re_000001",
    "charge": "/v1/charges/ch_plain01?expand[]=refunds",
    "payment_intent": "/v1/payment_intents/pi_plain01",
    "customer": "/v1/customers/cus_plain01",
    "account": "/v1/account",
}
TYPES: dict[str, type[stripe.StripeObject]] = {
    "refund": stripe.Refund,
    "charge": stripe.Charge,
    "payment_intent": stripe.PaymentIntent,
    "customer": stripe.Customer,
    "account": stripe.Account,
    "dispute": stripe.Dispute,
}


async def answered(bench: Bench, kind: str) -> dict[str, Any]:
    if kind == "dispute":
        page: dict[str, Any] = (await bench.http.get("/v1/disputes")).json()
        dispute: dict[str, Any] = page["data"][0]
        return dispute
    answer: dict[str, Any] = (await bench.http.get(PATHS[kind])).json()
    return answer


# Stripe's own sample objects lie beside some checkouts; stripe-python's types below are checked everywhere.
if FIXTURES.exists():

    @pytest.mark.parametrize("kind", ["refund", "charge", "payment_intent", "customer", "dispute"])
    async def test_every_field_of_stripe_s_own_sample_is_there(bench: Bench, kind: str) -> None:
        sample = json.loads(FIXTURES.read_text())[kind]
        missing = sample.keys() - (await answered(bench, kind)).keys()
        assert missing == set()


@pytest.mark.parametrize("kind", sorted(TYPES))
async def test_answers_have_the_fields_stripe_python_promises_and_no_others(bench: Bench, kind: str) -> None:
    answer = await answered(bench, kind)
    declared = fields_of(TYPES[kind])
    assert {name for name, hint in declared.items() if not is_optional(hint)} - answer.keys() == set()
    assert answer.keys() - declared.keys() == set()
    assert answer["object"] == kind


@pytest.mark.parametrize("kind", sorted(TYPES))
async def test_plain_fields_have_the_types_stripe_python_promises(bench: Bench, kind: str) -> None:
    answer = await answered(bench, kind)
    checked = 0
    for name, hint in fields_of(TYPES[kind]).items():
        wanted = [part for part in parts_of(hint) if part is not types.NoneType]
        if name not in answer or wanted not in ([int], [str], [bool]):
            continue
        checked += 1
        if not (is_optional(hint) and answer[name] is None):
            assert type(answer[name]) is wanted[0], name
    assert checked >= 3


def fields_of(resource: type[stripe.StripeObject]) -> dict[str, Any]:
    return {name: hint for name, hint in inspect.get_annotations(resource).items() if name != "OBJECT_NAME"}


def is_optional(hint: Any) -> bool:
    return types.NoneType in parts_of(hint)


def parts_of(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Union else (hint,)


async def test_a_failed_refund_says_why_as_stripe_does(bench: Bench) -> None:
    refund = await bench.refund("pi_bounce", 1000)
    assert "failure_reason" not in refund
    bench.clock.advance(61)
    failed = await bench.client.v1.refunds.retrieve_async(refund.id)
    assert failed.failure_reason == "declined"
    assert failed.failure_balance_transaction is not None


async def test_lists_look_like_lists(bench: Bench) -> None:
    for kind in ("charges", "disputes", "payment_intents", "refunds"):
        page = (await bench.http.get(f"/v1/{kind}")).json()
        assert page.keys() == {"object", "data", "has_more", "url"}
        assert (page["object"], page["url"]) == ("list", f"/v1/{kind}")
