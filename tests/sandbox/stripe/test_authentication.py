"""Who may talk to the double: test keys, within their permissions, and never a live one."""

import httpx
import pytest

from sandbox.faults import Fault
from tests.sandbox.stripe.bench import Bench


@pytest.mark.parametrize(
    "key",
    [
        "sk_live_0123456789abcdef",
        "rk_live_0123456789abcdef",
        "rk_test_",
        "pk_test_0123456789abcdef",
        "sk_test_",
        "nonsense",
    ],
)
async def test_any_key_but_a_test_key_is_refused(bench: Bench, key: str) -> None:
    async with httpx.AsyncClient(base_url=bench.address, headers={"Authorization": f"Bearer {key}"}) as http:
        read = await http.get("/v1/account")
        made = await http.post("/v1/refunds", data={"payment_intent": "pi_plain01"})
    for answer in (read, made):
        assert answer.status_code == 401
        assert answer.json()["error"]["message"].startswith("Invalid API Key provided: ")
        assert "456789ab" not in answer.text, "a key is told back masked"
    assert bench.refunds_of("pi_plain01") == []


async def test_no_key_at_all_is_told_what_is_needed(bench: Bench) -> None:
    async with httpx.AsyncClient(base_url=bench.address) as http:
        answer = await http.get("/v1/account")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'
    assert answer.json()["error"]["message"].startswith("You did not provide an API key.")


async def test_basic_authentication_works_as_with_curl(bench: Bench) -> None:
    async with httpx.AsyncClient(base_url=bench.address, auth=("sk_test_sandbox", "")) as http:
        assert (await http.get("/v1/account")).status_code == 200
    async with httpx.AsyncClient(base_url=bench.address, headers={"Authorization": "Basic %%%"}) as http:
        assert (await http.get("/v1/account")).status_code == 401


async def test_a_refused_key_uses_up_no_fault_and_no_idempotency_key(bench: Bench) -> None:
    bench.faults.add(Fault("stripe", "error", "refunds.create"))
    async with httpx.AsyncClient(
        base_url=bench.address, headers={"Authorization": "Bearer sk_live_1", "Idempotency-Key": "one"}
    ) as http:
        await http.post("/v1/refunds", data={"payment_intent": "pi_plain01", "amount": "100"})
    assert len(bench.faults.ordered) == 1
    bench.faults.clear()
    assert (await bench.refund("pi_plain01", 200, key="one")).amount == 200


async def test_every_answer_names_its_request_and_version(bench: Bench) -> None:
    answers = [
        await bench.http.get("/v1/account"),
        await bench.http.get("/v1/charges/ch_nobody"),
        await bench.http.get("/v1/nowhere"),
        await bench.http.post("/v1/refunds", data={"payment_intent": "pi_plain01"}),
    ]
    ids = {answer.headers["Request-Id"] for answer in answers}
    assert len(ids) == 4
    assert all(id.startswith("req_") for id in ids)
    assert {answer.headers["Stripe-Version"] for answer in answers} == {"2026-10-28.endive"}
    asked = await bench.http.get("/v1/account", headers={"Stripe-Version": "2025-03-31.basil"})
    assert asked.headers["Stripe-Version"] == "2025-03-31.basil"
