"""Idempotency keys: what is replayed, what is not, and what a day does to them."""

import asyncio

import pytest
import stripe

from sandbox.faults import Fault
from tests.sandbox.conftest import eventually
from tests.sandbox.stripe.bench import Bench

DAY_S = 24 * 60 * 60


async def test_the_same_key_gives_the_same_refund_and_says_so(bench: Bench) -> None:
    form = {"payment_intent": "pi_plain01", "amount": "2500", "metadata[a]": "b"}
    first = await bench.http.post("/v1/refunds", data=form, headers={"Idempotency-Key": "one"})
    again = await bench.http.post("/v1/refunds", data=form, headers={"Idempotency-Key": "one"})
    assert first.json() == again.json()
    assert len(bench.refunds_of("pi_plain01")) == 1
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"] == "one"
    assert again.headers["Original-Request"] == first.headers["Request-Id"] != again.headers["Request-Id"]


async def test_without_a_key_or_with_another_the_money_goes_twice(bench: Bench) -> None:
    await bench.refund("pi_plain01", 100, key="one")
    await bench.refund("pi_plain01", 100, key="two")
    form = {"payment_intent": "pi_plain01", "amount": "100"}
    for _ in range(2):
        await bench.http.post("/v1/refunds", data=form)
    assert len(bench.refunds_of("pi_plain01")) == 4


async def test_a_key_with_other_parameters_is_refused(bench: Bench) -> None:
    await bench.refund("pi_plain01", 2500, key="one")
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with") as refused:
        await bench.refund("pi_plain01", 2600, key="one")
    assert refused.value.http_status == 400
    assert len(bench.refunds_of("pi_plain01")) == 1


async def test_a_key_in_use_is_a_409_and_keeps_the_first_request_s_answer(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "delay", "refunds.create", delay_ms=1000))
    first = asyncio.create_task(bench.refund("pi_plain01", 2500, key="one"))
    await eventually(lambda: not bench.faults.ordered)
    with pytest.raises(stripe.APIError) as refused:
        await bench.refund("pi_plain01", 2500, key="one")
    assert refused.value.http_status == 409
    assert refused.value.error is not None
    assert refused.value.error.code == "idempotency_key_in_use"
    made = await first
    assert (await bench.refund("pi_plain01", 2500, key="one")).id == made.id
    assert len(bench.refunds_of("pi_plain01")) == 1


async def test_a_500_is_replayed_though_the_trouble_is_over(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "error", "refunds.create", status=500))
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            await bench.refund("pi_plain01", 2500, key="one")
        assert failed.value.http_status == 500
    assert bench.refunds_of("pi_plain01") == []
    assert [attempt["replayed"] for attempt in bench.attempts()] == [False, True]
    assert (await bench.refund("pi_plain01", 2500, key="two")).amount == 2500


async def test_an_ordered_500_comes_before_a_saved_answer_and_does_not_replace_it(bench: Bench) -> None:
    made = await bench.refund("pi_plain01", 2500, key="one")
    bench.faults.add(Fault("stripe", "error", "refunds.create", status=500))
    with pytest.raises(stripe.APIError):
        await bench.refund("pi_plain01", 2500, key="one")
    assert (await bench.refund("pi_plain01", 2500, key="one")).id == made.id
    assert len(bench.refunds_of("pi_plain01")) == 1


async def test_a_refusal_by_the_balance_is_replayed_though_the_balance_is_back(bench: Bench) -> None:
    await bench.refund("pi_bounce", key="all")
    with pytest.raises(stripe.InvalidRequestError):
        await bench.refund("pi_bounce", 100, key="one")
    bench.clock.advance(61)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        await bench.refund("pi_bounce", 100, key="one")
    assert bench.attempts()[-1]["replayed"]


async def test_refused_parameters_leave_the_key_free(bench: Bench) -> None:
    key = {"Idempotency-Key": "one"}
    wrong = await bench.http.post(
        "/v1/refunds", data={"payment_intent": "pi_plain01", "amount": "x"}, headers=key
    )
    assert wrong.status_code == 400
    right = await bench.http.post(
        "/v1/refunds", data={"payment_intent": "pi_plain01", "amount": "100"}, headers=key
    )
    assert right.status_code == 200


@pytest.mark.parametrize("code", ["rate_limit", "lock_timeout"])
async def test_a_rate_limit_leaves_the_key_free(bench: Bench, code: str) -> None:
    bench.faults.add(Fault("stripe", "rate_limit", "refunds.create", code=code))
    with pytest.raises(stripe.RateLimitError) as limited:
        await bench.refund("pi_plain01", 2500, key="one")
    assert limited.value.error is not None
    assert limited.value.error.code == code
    assert (await bench.refund("pi_plain01", 2500, key="one")).amount == 2500


async def test_a_day_later_the_same_key_makes_a_second_refund(bench: Bench) -> None:
    """Stripe's hazard: keys are pruned after 24 hours, and a retry after that moves the money again."""
    first = await bench.refund("pi_plain01", 2500, key="one")
    bench.clock.advance(DAY_S - 10)
    assert (await bench.refund("pi_plain01", 2500, key="one")).id == first.id
    bench.clock.advance(11)
    assert (await bench.refund("pi_plain01", 2500, key="one")).id != first.id
    assert len(bench.refunds_of("pi_plain01")) == 2


async def test_a_key_that_is_too_long_is_refused(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="255"):
        await bench.refund("pi_plain01", 2500, key="k" * 256)
    assert (await bench.refund("pi_plain01", 2500, key="k" * 255)).amount == 2500
