"""Restricted keys: what they lack is refused with 403 and named, in Stripe's own words."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from sandbox.faults import Fault
from sandbox.stripe.permissions import NEEDED
from tests.sandbox.stripe.bench import Bench, open_bench

Ask = Callable[[stripe.StripeClient], Awaitable[Any]]

CALLS: dict[str, Ask] = {
    "charges.list": lambda client: client.v1.charges.list_async(),
    "charges.retrieve": lambda client: client.v1.charges.retrieve_async("ch_plain01"),
    "customers.retrieve": lambda client: client.v1.customers.retrieve_async("cus_plain01"),
    "disputes.list": lambda client: client.v1.disputes.list_async(),
    "payment_intents.list": lambda client: client.v1.payment_intents.list_async(),
    "payment_intents.retrieve": lambda client: client.v1.payment_intents.retrieve_async("pi_plain01"),
    "refunds.create": lambda client: client.v1.refunds.create_async({"payment_intent": "pi_plain01"}),
    "refunds.list": lambda client: client.v1.refunds.list_async(),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_key_with_the_guides_permissions_may_do_what_signoff_does(tmp_path: Path, name: str) -> None:
    async with open_bench(tmp_path, "rk_test_sandbox") as bench:
        await CALLS[name](bench.client)


@pytest.mark.parametrize("name", CALLS)
async def test_the_permission_a_key_lacks_is_named(tmp_path: Path, name: str) -> None:
    permission = NEEDED[name]
    async with open_bench(tmp_path, f"rk_test_without_{permission}") as bench:
        with pytest.raises(stripe.PermissionError) as refused:
            await CALLS[name](bench.client)
        assert bench.refunds_of("pi_plain01") == []
    assert refused.value.http_status == 403
    message = str(refused.value.user_message)
    assert f"Having the 'rak_{permission}' permission would allow this request to continue." in message
    assert f"rk_test_without_{permission}" not in message, "a key is told back masked"


async def test_no_restricted_key_reads_the_account(tmp_path: Path) -> None:
    async with open_bench(tmp_path, "rk_test_sandbox") as bench:
        with pytest.raises(stripe.PermissionError, match="rak_accounts_kyc_basic_read"):
            await bench.client.v1.accounts.retrieve_current_async()


async def test_several_permissions_can_be_lacking(tmp_path: Path) -> None:
    async with open_bench(tmp_path, "rk_test_without_customer_read_and_dispute_read") as bench:
        for name in ("customers.retrieve", "disputes.list"):
            with pytest.raises(stripe.PermissionError):
                await CALLS[name](bench.client)
        await CALLS["charges.list"](bench.client)


async def test_a_refusal_can_be_ordered_and_is_not_saved_for_its_key(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "error", "refunds.create", status=403, code="charge_write"))
    with pytest.raises(stripe.PermissionError, match="rak_charge_write"):
        await bench.refund("pi_plain01", 100, key="one")
    assert (await bench.refund("pi_plain01", 100, key="one")).amount == 100
