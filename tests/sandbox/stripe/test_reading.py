"""Reading: single objects, expansion, lists newest first with their pages."""

import pytest
import stripe

from tests.sandbox.stripe.bench import Bench


async def test_an_intent_and_its_charge_tell_of_the_same_payment(bench: Bench) -> None:
    intent = await bench.client.v1.payment_intents.retrieve_async(
        "pi_plain01", {"expand": ["latest_charge", "customer"]}
    )
    assert isinstance(intent.latest_charge, stripe.Charge)
    assert isinstance(intent.customer, stripe.Customer)
    assert intent.latest_charge.id == "ch_plain01"
    assert (intent.amount_received, intent.latest_charge.amount_captured) == (6450, 6450)
    assert intent.customer.email == "plain01@example.com"


async def test_references_are_ids_until_expanded(bench: Bench) -> None:
    intent = await bench.client.v1.payment_intents.retrieve_async("pi_plain01")
    assert (intent.latest_charge, intent.customer) == ("ch_plain01", "cus_plain01")


async def test_expansion_goes_deeper_and_into_lists(bench: Bench) -> None:
    page = await bench.client.v1.payment_intents.list_async(
        {"customer": "cus_partly", "limit": 1, "expand": ["data.latest_charge.refunds"]}
    )
    charge = page.data[0].latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.refunds is not None
    assert [refund.amount for refund in charge.refunds.data] == [4000]


async def test_what_is_null_stays_null_when_expanded(bench: Bench) -> None:
    intent = await bench.client.v1.payment_intents.retrieve_async("pi_noname", {"expand": ["customer"]})
    assert intent.customer is None


async def test_what_can_t_be_expanded_is_refused(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(amount\)"):
        await bench.client.v1.payment_intents.retrieve_async("pi_plain01", {"expand": ["amount"]})


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("payment_intents/pi_x", "No such payment_intent: 'pi_x'"),
        ("charges/ch_x", "No such charge: 'ch_x'"),
        ("customers/cus_x", "No such customer: 'cus_x'"),
        ("refunds/re_x", "No such refund: 're_x'"),
    ],
)
async def test_what_does_not_exist_is_missing(bench: Bench, path: str, message: str) -> None:
    answer = await bench.http.get(f"/v1/{path}")
    assert answer.status_code == 404
    assert (answer.json()["error"]["code"], answer.json()["error"]["message"]) == (
        "resource_missing",
        message,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/payouts"),
        ("GET", "/v1/refunds/"),
        ("POST", "/v1/refunds/re_000001/cancel"),
        ("DELETE", "/v1/customers/cus_plain01"),
        ("GET", "/v2/core/events"),
    ],
)
async def test_anything_else_is_an_unrecognized_url(
    bench: Bench, method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await bench.http.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(f"Unrecognized request URL ({method}: {path}).")
    assert f"{method} {path}" in caplog.text


async def test_a_customer_s_payments_are_listed_newest_first(bench: Bench) -> None:
    page = await bench.client.v1.payment_intents.list_async({"customer": "cus_big", "limit": 100})
    assert page.data[0].id == "pi_big"
    created = [intent.created for intent in page.data]
    assert created == sorted(created, reverse=True)
    assert len(page.data) == 11
    assert not page.has_more


async def test_refunds_are_paged_newest_first_without_gap_or_repeat(bench: Bench) -> None:
    made = [(await bench.refund("pi_plain01", 100)).id for _ in range(20)]
    found: list[str] = []
    pages = 0
    params: stripe.params.RefundListParams = {"payment_intent": "pi_plain01"}
    while True:
        page = await bench.client.v1.refunds.list_async(params)
        found += [refund.id for refund in page.data]
        pages += 1
        if not page.has_more:
            break
        params["starting_after"] = page.data[-1].id
    assert found == made[::-1]
    assert pages == 2


async def test_stripe_s_own_auto_paging_walks_the_list(bench: Bench) -> None:
    for _ in range(12):
        await bench.refund("pi_plain01", 100)
    page = await bench.client.v1.refunds.list_async({"charge": "ch_plain01", "limit": 5})
    assert len([refund async for refund in page.auto_paging_iter()]) == 12


async def test_lists_filter_by_what_they_are_asked(bench: Bench) -> None:
    charges = await bench.client.v1.charges.list_async({"payment_intent": "pi_equal"})
    assert [charge.id for charge in charges.data] == ["ch_equal"]
    legacy = await bench.client.v1.charges.list_async({"customer": "cus_alone"})
    assert "ch_alone" in [charge.id for charge in legacy.data]
    intents = await bench.client.v1.payment_intents.list_async({"customer": "cus_alone"})
    assert "pi_alone" not in [intent.id for intent in intents.data]
    refunds = await bench.client.v1.refunds.list_async({"charge": "ch_partly"})
    assert [refund.amount for refund in refunds.data] == [4000]
    by_charge = await bench.client.v1.disputes.list_async({"charge": "ch_disputed"})
    by_intent = await bench.client.v1.disputes.list_async({"payment_intent": "pi_disputed"})
    assert [it.id for it in by_charge.data] == [it.id for it in by_intent.data] == ["dp_disputed"]
    assert not by_charge.data[0].is_charge_refundable
    none = await bench.client.v1.disputes.list_async({"charge": "ch_plain01"})
    assert none.data == []


async def test_lists_filter_by_creation(bench: Bench) -> None:
    old = await bench.client.v1.payment_intents.retrieve_async("pi_old")
    exact = await bench.client.v1.payment_intents.list_async({"created": old.created, "limit": 100})
    assert "pi_old" in [intent.id for intent in exact.data]
    after = await bench.client.v1.payment_intents.list_async(
        {"customer": "cus_old", "created": {"gt": old.created}}
    )
    assert after.data == []
    until = await bench.client.v1.payment_intents.list_async(
        {"customer": "cus_old", "created": {"lte": old.created, "gte": old.created}}
    )
    assert [intent.id for intent in until.data] == ["pi_old"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("colour=red", "colour"),
        ("created[since]=1", "since"),
        ("starting_after=re_x", "starting_after"),
        ("payment_intent=pi_x", "payment_intent"),
        ("charge=ch_x", "charge"),
        ("expand[]=data.amount", "expand"),
    ],
)
async def test_a_list_refuses_what_it_does_not_understand(bench: Bench, query: str, param: str) -> None:
    answer = await bench.http.get(f"/v1/refunds?{query}")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
