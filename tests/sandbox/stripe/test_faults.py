"""Ordered trouble: what the caller sees of it, and what was done all the same."""

import asyncio
import time
from contextlib import suppress

import pytest
import stripe

from sandbox.faults import Fault
from tests.sandbox.conftest import eventually
from tests.sandbox.stripe.bench import Bench


async def test_a_lost_answer_hides_a_refund_that_its_key_finds_again(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "lose_answer", "refunds.create"))
    with pytest.raises(stripe.APIConnectionError):
        await bench.refund("pi_plain01", 2500, key="one")
    (hidden,) = bench.refunds_of("pi_plain01")
    found = await bench.refund("pi_plain01", 2500, key="one")
    assert found.id == hidden["id"]
    assert len(bench.refunds_of("pi_plain01")) == 1
    lost, replayed = bench.attempts()
    assert (lost["status"], lost["delivered"], lost["replayed"]) == (200, False, False)
    assert (replayed["status"], replayed["delivered"], replayed["replayed"]) == (200, True, True)


async def test_a_replay_can_be_lost_too(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "lose_answer", "refunds.create", times=2))
    for _ in range(2):
        with pytest.raises(stripe.APIConnectionError):
            await bench.refund("pi_plain01", 2500, key="one")
    await bench.refund("pi_plain01", 2500, key="one")
    assert len(bench.refunds_of("pi_plain01")) == 1


async def test_down_cuts_the_connection_before_any_work(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "down", times=2))
    with pytest.raises(stripe.APIConnectionError):
        await bench.refund("pi_plain01", 2500, key="one")
    with pytest.raises(stripe.APIConnectionError):
        await bench.client.v1.payment_intents.retrieve_async("pi_plain01")
    assert bench.refunds_of("pi_plain01") == []
    (attempt,) = bench.attempts()
    assert (attempt["status"], attempt["answer"], attempt["delivered"]) == (None, None, False)
    assert (await bench.refund("pi_plain01", 2500, key="one")).amount == 2500


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("refunds.list", "/v1/refunds"),
        ("refunds.retrieve", "/v1/refunds/re_000001"),
        ("payment_intents.list", "/v1/payment_intents"),
        ("payment_intents.retrieve", "/v1/payment_intents/pi_plain01"),
        ("charges.list", "/v1/charges"),
        ("charges.retrieve", "/v1/charges/ch_plain01"),
        ("customers.retrieve", "/v1/customers/cus_plain01"),
        ("disputes.list", "/v1/disputes"),
        ("accounts.retrieve", "/v1/account"),
    ],
)
async def test_each_read_can_fail_by_its_name_and_only_so_often(bench: Bench, method: str, path: str) -> None:
    bench.faults.add(Fault("stripe", "error", method, status=503))
    bench.faults.add(Fault("stripe", "rate_limit", method, retry_after_s=7))
    failed, limited, well = [await bench.http.get(path) for _ in range(3)]
    assert (failed.status_code, failed.json()["error"]["type"]) == (503, "api_error")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert well.status_code == 200


async def test_a_refusal_can_be_ordered_too(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "error", "refunds.create", status=402, code="card_declined"))
    with pytest.raises(stripe.CardError) as refused:
        await bench.refund("pi_plain01", 2500)
    assert refused.value.code == "card_declined"


async def test_a_delay_waits_and_then_works(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "delay", "refunds.create", delay_ms=300))
    started_s = time.monotonic()
    assert (await bench.refund("pi_plain01", 2500)).amount == 2500
    assert time.monotonic() - started_s >= 0.3


async def test_a_client_that_gave_up_waiting_is_refunded_all_the_same(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "delay", "refunds.create", delay_ms=300))
    waiting = asyncio.create_task(bench.refund("pi_plain01", 2500, key="one"))
    await eventually(lambda: not bench.faults.ordered)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    await eventually(bench.attempts)
    assert len(bench.refunds_of("pi_plain01")) == 1


async def test_a_request_from_before_a_reset_does_nothing_after_it(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "delay", "refunds.create", delay_ms=300))
    waiting = asyncio.create_task(bench.refund("pi_plain01", 2500))
    await eventually(lambda: not bench.faults.ordered)
    bench.double.reset()
    with pytest.raises(stripe.APIConnectionError):
        await waiting
    assert bench.refunds_of("pi_plain01") == []


async def test_a_fault_for_another_service_is_left_alone(bench: Bench) -> None:
    bench.faults.add(Fault("slack", "error", "*"))
    assert (await bench.refund("pi_plain01", 2500)).amount == 2500
    assert len(bench.faults.ordered) == 1
