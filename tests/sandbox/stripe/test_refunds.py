"""What Stripe gives back and what it refuses, in its words, as stripe-python reads them."""

import asyncio

import pytest
import stripe

from tests.sandbox.stripe.bench import Bench


def told(refused: pytest.ExceptionInfo[stripe.StripeError]) -> tuple[int | None, str | None, str | None]:
    body = refused.value.json_body
    assert isinstance(body, dict)
    error = body["error"]
    return refused.value.http_status, error.get("code"), error["message"]


async def test_a_card_refund_succeeds_at_once_and_lowers_the_balance(bench: Bench) -> None:
    refund = await bench.refund("pi_plain01", 2500)
    assert (refund.status, refund.amount, refund.currency) == ("succeeded", 2500, "usd")
    assert (refund.charge, refund.payment_intent) == ("ch_plain01", "pi_plain01")
    charge = await bench.charge("ch_plain01")
    assert (charge.amount_refunded, charge.refunded) == (2500, False)


async def test_a_refund_without_an_amount_gives_back_what_is_left(bench: Bench) -> None:
    refund = await bench.refund("pi_partly")
    assert refund.amount == 8000
    charge = await bench.charge("ch_partly")
    assert (charge.amount_refunded, charge.refunded) == (12000, True)


async def test_a_charge_without_a_payment_intent_is_refunded_by_its_own_id(bench: Bench) -> None:
    refund = await bench.client.v1.refunds.create_async({"charge": "ch_alone", "amount": 100})
    assert (refund.charge, refund.payment_intent) == ("ch_alone", None)


async def test_reason_and_metadata_are_kept(bench: Bench) -> None:
    made = await bench.client.v1.refunds.create_async(
        {
            "payment_intent": "pi_plain01",
            "amount": 100,
            "reason": "requested_by_customer",
            "metadata": {"signoff_effect": "run/1", "empty": ""},
        }
    )
    found = await bench.client.v1.refunds.retrieve_async(made.id)
    assert found.reason == "requested_by_customer"
    assert found.metadata is not None
    assert found.metadata.to_dict() == {"signoff_effect": "run/1"}


async def test_more_than_is_left_is_refused_with_both_amounts(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await bench.refund("pi_partly", 8001)
    assert told(refused) == (
        400,
        None,
        "Refund amount ($80.01) is greater than unrefunded amount on charge ($80.00)",
    )
    assert refused.value.param == "amount"
    assert len(bench.refunds_of("pi_partly")) == 1


async def test_amounts_are_told_in_the_currency_s_own_decimals(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"\(¥5,001\).*\(¥5,000\)"):
        await bench.refund("pi_jpy", 5001)
    with pytest.raises(stripe.InvalidRequestError, match=r"\(KWD 12\.350\).*\(KWD 12\.340\)"):
        await bench.refund("pi_kwd", 12350)
    with pytest.raises(stripe.InvalidRequestError, match=r"\(\$2,000\.00\).*\(\$1,900\.00\)"):
        await bench.refund("pi_big", 200000)


async def test_the_last_of_three_decimals_must_be_zero(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="evenly divisible by 10"):
        await bench.refund("pi_kwd", 2345)
    assert (await bench.refund("pi_kwd", 2340)).amount == 2340


async def test_a_spent_payment_is_already_refunded(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await bench.refund("pi_spent", 100)
    assert told(refused) == (400, "charge_already_refunded", "Charge ch_spent has already been refunded.")


async def test_a_payment_under_inquiry_is_disputed_and_refundable(bench: Bench) -> None:
    disputes = await bench.client.v1.disputes.list_async({"charge": "ch_inquiry"})
    assert [(each.status, each.is_charge_refundable) for each in disputes.data] == [
        ("warning_needs_response", True)
    ]
    shown = {each["id"]: each for each in bench.double.snapshot()["payments"]}
    assert (shown["pi_inquiry"]["disputed"], shown["pi_inquiry"]["refundable"]) == (True, 13000)
    assert (await bench.refund("pi_inquiry", 100)).status == "succeeded"


async def test_a_disputed_payment_is_not_refunded(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await bench.refund("pi_disputed", 100)
    assert told(refused) == (
        400,
        "charge_disputed",
        "Charge ch_disputed has been charged back; cannot issue a refund.",
    )


@pytest.mark.parametrize(
    ("payment", "words"),
    [("pi_failed", "does not have a successful charge"), ("pi_uncaptured", "uncaptured Charge")],
)
async def test_what_was_never_paid_is_not_refunded(bench: Bench, payment: str, words: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        await bench.refund(payment, 100)


async def test_an_unknown_payment_is_missing(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await bench.refund("pi_nobody", 100)
    assert told(refused) == (404, "resource_missing", "No such payment_intent: 'pi_nobody'")
    assert refused.value.param == "payment_intent"


async def test_an_error_carries_what_stripe_s_errors_carry(bench: Bench) -> None:
    answer = await bench.http.post("/v1/refunds", data={"payment_intent": "pi_spent"})
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["doc_url"] == "https://stripe.com/docs/error-codes/charge-already-refunded"
    assert answer.headers["Request-Id"] in error["request_log_url"]


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ({}, None, None),
        ({"payment_intent": "pi_plain01", "amount": "25.00"}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_plain01", "amount": "0"}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_plain01", "amount": "-1"}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_plain01", "amount": "٢٥"}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_plain01", "amount": ""}, "parameter_invalid_empty", "amount"),
        ({"payment_intent": "pi_plain01", "amout": "1"}, "parameter_unknown", "amout"),
        ({"payment_intent": "pi_plain01", "reason": "because"}, None, "reason"),
        ({"payment_intent": "pi_plain01", "expand[]": "metadata"}, None, "expand"),
        ({"payment_intent": "pi_plain01", "metadata[" + "k" * 41 + "]": "v"}, None, "metadata"),
        ({"payment_intent": "pi_plain01", "metadata[k]": "v" * 501}, None, "metadata[k]"),
        (
            {"payment_intent": "pi_plain01"} | {f"metadata[{number}]": "v" for number in range(51)},
            None,
            "metadata",
        ),
        ({"payment_intent": "pi_plain01", "charge": "ch_plain02"}, None, "charge"),
    ],
)
async def test_wrong_parameters_are_refused_and_move_no_money(
    bench: Bench, form: dict[str, str], code: str | None, param: str | None
) -> None:
    answer = await bench.http.post("/v1/refunds", data=form)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("code"), error.get("param")) == (400, code, param)
    assert bench.refunds_of("pi_plain01") == []


async def test_metadata_at_its_limits_is_taken(bench: Bench) -> None:
    metadata = {f"{number:040d}": "v" * 500 for number in range(50)}
    refund = await bench.client.v1.refunds.create_async(
        {"payment_intent": "pi_plain01", "amount": 100, "metadata": metadata}
    )
    assert refund.metadata is not None
    assert refund.metadata.to_dict() == metadata


async def test_a_body_that_is_no_form_is_refused(bench: Bench) -> None:
    answer = await bench.http.post("/v1/refunds", json={"payment_intent": "pi_plain01"})
    assert answer.status_code == 400
    assert "application/x-www-form-urlencoded" in answer.json()["error"]["message"]
    assert bench.refunds_of("pi_plain01") == []


async def test_a_bank_refund_is_pending_for_a_minute_and_then_succeeds(bench: Bench) -> None:
    refund = await bench.refund("pi_bank", 3000)
    assert refund.status == "pending"
    assert (await bench.charge("ch_bank")).amount_refunded == 3000
    bench.clock.advance(50)
    assert (await bench.client.v1.refunds.retrieve_async(refund.id)).status == "pending"
    bench.clock.advance(11)
    assert (await bench.client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"


async def test_a_refund_that_bounces_puts_its_money_back_into_the_balance(bench: Bench) -> None:
    refund = await bench.refund("pi_bounce")
    assert refund.status == "pending"
    bench.clock.advance(61)
    failed = await bench.client.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "declined")
    charge = await bench.charge("ch_bounce")
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert (await bench.refund("pi_bounce")).amount == 9200


async def test_a_refund_that_succeeded_can_still_come_back(bench: Bench) -> None:
    refund = await bench.refund("pi_return", 1000)
    assert refund.status == "succeeded"
    bench.clock.advance(2 * 60 * 60)
    failed = await bench.client.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")


async def test_a_hundred_at_once_with_their_own_keys_never_pass_the_balance(bench: Bench) -> None:
    async def attempt(number: int) -> bool:
        try:
            await bench.refund("pi_plain01", 200, key=f"effect-{number}")
        except stripe.InvalidRequestError:
            return False
        return True

    made = await asyncio.gather(*(attempt(number) for number in range(100)))
    assert sum(made) == 6450 // 200
    assert sum(refund["amount"] for refund in bench.refunds_of("pi_plain01")) == 6400
    assert len(bench.attempts()) == 100
