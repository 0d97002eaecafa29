"""Reading a payment: only what Stripe says of the payment itself means that there is none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from tests.sandbox.stripe.bench import Bench, open_bench
from workflows.effects.stripe_payments import StripePayments
from workflows.errors import Refused


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("id", ["pi_there_is_none", "ch_there_is_none"])
async def test_a_payment_stripe_does_not_know_is_none(bench: Bench, id: str) -> None:
    assert await StripePayments(bench.client).payment(id) is None


async def test_a_customer_stripe_does_not_know_leaves_the_payment_a_payment(bench: Bench) -> None:
    missing = Fault("stripe", "error", "customers.retrieve", status=404, code="resource_missing")
    bench.faults.add(missing)
    payment = await StripePayments(bench.client).payment("pi_plain01")
    assert payment is not None
    assert payment.customer is not None


async def test_a_dispute_stripe_does_not_tell_of_is_not_taken_for_none(bench: Bench) -> None:
    missing = Fault("stripe", "error", "disputes.list", status=404, code="resource_missing")
    bench.faults.add(missing)
    with pytest.raises(Refused):
        await StripePayments(bench.client).payment("pi_disputed")
