"""What a fresh sandbox has to offer, and that each odd payment is odd in the way it says."""

import statistics
from datetime import UTC, datetime

import stripe

from tests.sandbox.stripe.bench import Bench

DAY_S = 24 * 60 * 60


async def test_thirty_plain_payments_come_first(bench: Bench) -> None:
    payments = bench.double.snapshot()["payments"]
    plain = [
        payment for payment in payments if payment["id"].startswith("pi_plain") and "_h" not in payment["id"]
    ]
    assert len(plain) == 30
    for payment in plain:
        assert payment["currency"] == "usd"
        assert payment["amount"] >= 6000
        assert (payment["amount_refunded"], payment["refundable"]) == (0, payment["amount"])
        assert not payment["disputed"]
        assert bench.clock.now() - payment["created"] < 8 * DAY_S
    assert len({payment["customer"] for payment in plain}) == 30
    odd = [payment["id"] for payment in payments].index("pi_coffee")
    assert all(payment["id"].startswith("pi_plain") for payment in payments[:odd])


async def test_a_reset_can_ask_for_more_of_them(bench: Bench) -> None:
    bench.double.reset(plain_payments=120)
    assert (await bench.refund("pi_plain120", 100)).amount == 100


async def test_ids_are_the_same_every_time(bench: Bench) -> None:
    before = [payment["id"] for payment in bench.double.snapshot()["payments"]]
    assert len(before) == len(set(before))
    bench.double.reset()
    assert [payment["id"] for payment in bench.double.snapshot()["payments"]] == before


async def test_a_plain_customer_s_history_looks_like_the_payment(bench: Bench) -> None:
    payments = bench.double.snapshot()["payments"]
    for number in range(1, 31):
        mine = [payment for payment in payments if payment["customer"] == f"cus_plain{number:02d}"]
        newest, *history = sorted(mine, key=lambda payment: payment["created"], reverse=True)
        assert newest["id"] == f"pi_plain{number:02d}"
        assert len(history) <= 3
        assert all(abs(earlier["amount"] - newest["amount"]) <= 900 for earlier in history)


async def test_the_catalogue_names_what_exists_and_why(bench: Bench) -> None:
    ids = {payment["id"] for payment in bench.double.snapshot()["payments"]}
    catalogue = bench.double.catalogue()
    assert catalogue[0]["id"] == "pi_plain01"
    for entry in catalogue:
        assert entry.keys() == {"id", "title", "amount", "note"}
        assert entry["id"] in ids
        assert all(entry.values())
    amounts = {entry["id"]: entry["amount"] for entry in catalogue}
    assert amounts["pi_jpy"] == "5,000 JPY"
    assert amounts["pi_kwd"] == "12.340 KWD"
    assert amounts["pi_big"] == "1,900.00 USD"


async def test_the_equal_refund_was_made_on_the_third_of_the_month_before(bench: Bench) -> None:
    (refund,) = (await bench.client.v1.refunds.list_async({"payment_intent": "pi_equal"})).data
    assert refund.metadata is not None
    assert refund.metadata.to_dict() == {"signoff_approver": "U0MORGAN", "signoff_requester": "U0RILEY"}
    assert (refund.amount, refund.status) == (2500, "succeeded")
    made = datetime.fromtimestamp(refund.created, UTC)
    now = datetime.fromtimestamp(bench.clock.now(), UTC)
    assert made.day == 3
    assert (now.year * 12 + now.month) - (made.year * 12 + made.month) == 1
    assert (await bench.charge("ch_equal")).created < refund.created


async def test_the_partly_refunded_one_was_refunded_by_hand(bench: Bench) -> None:
    (refund,) = (await bench.client.v1.refunds.list_async({"payment_intent": "pi_partly"})).data
    assert refund.amount == 4000
    assert refund.metadata is not None
    assert refund.metadata.to_dict() == {}
    assert (await bench.charge("ch_partly")).created < refund.created


async def test_the_big_one_is_far_above_the_customer_s_last_ten(bench: Bench) -> None:
    page = await bench.client.v1.payment_intents.list_async({"customer": "cus_big", "limit": 11})
    newest, *last_ten = [intent.amount for intent in page.data]
    assert newest == 190000
    assert len(last_ten) == 10
    assert 5900 <= statistics.median(last_ten) <= 6100


async def test_the_odd_ones_are_odd_as_told(bench: Bench) -> None:
    async def intent(id: str) -> stripe.PaymentIntent:
        return await bench.client.v1.payment_intents.retrieve_async(id)

    assert (await intent("pi_uncaptured")).status == "requires_capture"
    assert (await intent("pi_failed")).status == "requires_payment_method"
    assert (await intent("pi_noname")).customer is None
    assert (await intent("pi_eur")).currency == "eur"
    assert bench.clock.now() - (await intent("pi_old")).created >= 200 * DAY_S
    assert (await bench.charge("ch_alone")).payment_intent is None
    assert (await bench.charge("ch_disputed")).disputed
    assert (await bench.charge("ch_spent")).refunded
    customer = await bench.client.v1.customers.retrieve_async("cus_rtl")
    assert customer.name is not None
    assert any("\u0600" <= character <= "\u06ff" for character in customer.name)
    description = (await intent("pi_rtl")).description
    assert description is not None
    assert len(description) > 500


async def test_the_snapshot_tells_what_can_still_be_refunded(bench: Bench) -> None:
    await bench.refund("pi_plain01", 1000)
    shown = {payment["id"]: payment for payment in bench.double.snapshot()["payments"]}
    assert (shown["pi_plain01"]["amount_refunded"], shown["pi_plain01"]["refundable"]) == (1000, 5450)
    assert shown["pi_disputed"]["refundable"] == 0
    assert shown["pi_uncaptured"]["refundable"] == 0
    assert shown["pi_failed"]["refundable"] == 0
    assert shown["ch_alone"]["charge"] == "ch_alone"
    assert shown["pi_plain01"].keys() >= {
        "id", "amount", "amount_refunded", "currency", "disputed", "refundable", "customer", "created",
        "description", "charge",
    }  # fmt: skip


async def test_the_log_holds_every_attempt_with_its_arguments_and_answer(bench: Bench) -> None:
    refund = await bench.refund("pi_plain01", 1000, key="one")
    await bench.http.post("/v1/refunds", data={"payment_intent": "pi_spent", "amount": "x"})
    made, refused = bench.attempts()
    assert (made["key"], made["status"], made["replayed"]) == ("one", 200, False)
    assert made["arguments"] == {"payment_intent": "pi_plain01", "amount": 1000}
    assert made["answer"]["id"] == refund.id
    assert abs(made["at"] - bench.clock.now()) < 5
    assert (refused["key"], refused["status"]) == (None, 400)
    assert refused["arguments"]["amount"] == "x"
