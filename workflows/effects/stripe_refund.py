"""The refund as an effect: make it once, and find it by the mark it carries."""

from collections.abc import Sequence
from dataclasses import replace

import stripe
from pydantic import BaseModel, ConfigDict

from workflows.effects.stripe_errors import SYSTEM, KeyInOtherUse, answered
from workflows.effects.stripe_match import unlike
from workflows.effects.stripe_payments import metadata_of, refunds_of
from workflows.effects.system import Answer, Call, NotIt, Standing
from workflows.errors import Refused, Unreadable
from workflows.money import shown

# A payment with more refunds than this is searched no further; Stripe itself pages by at most 100.
SEARCHED_MAX = 1_000
MARK = "signoff_effect"
RUN_NOTE = "signoff_run"
OTHER_USE = "Stripe was sent another request with this effect's idempotency key, and may have done that."


class RefundArguments(BaseModel):
    """What is shown, approved and sent: amount in minor units of the currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payment: str
    amount: int
    currency: str


class StripeRefunds:
    """Only `succeeded` is done; a refund may stay pending for days, and may still fail."""

    name = SYSTEM

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def perform(self, call: Call) -> Answer:
        arguments = RefundArguments.model_validate(call.arguments)
        params: stripe.params.RefundCreateParams = {
            "amount": arguments.amount,
            "metadata": {MARK: call.mark, **call.notes},
        }
        if arguments.payment.startswith("pi_"):
            params["payment_intent"] = arguments.payment
        else:
            params["charge"] = arguments.payment
        try:
            refund = await answered(
                self._client.v1.refunds.create_async(params, {"idempotency_key": call.idempotency_key})
            )
        except KeyInOtherUse as used:
            return Answer(Standing.PENDING, None, used.code, f"{OTHER_USE} {used.text}")
        except Refused as refused:
            return Answer(Standing.FAILED, None, refused.code, refused.text)
        return _answer_to(call, refund)

    async def find(self, call: Call) -> Sequence[Answer]:
        arguments = RefundArguments.model_validate(call.arguments)
        try:
            found = await refunds_of(self._client, arguments.payment, SEARCHED_MAX)
        except Refused as refused:
            # A read that Stripe refuses (a revoked key, say) tells nothing about the refund.
            raise Unreadable(SYSTEM, refused.text) from refused
        ours = [each for each in found if metadata_of(each).get(MARK) == call.mark]
        return [_answer_to(call, each) for each in ours]

    async def look(self, external_id: str) -> Answer:
        refund = await answered(self._client.v1.refunds.retrieve_async(external_id))
        answer = _answer(refund)
        return _taken_back(refund, answer) if answer.standing == Standing.FAILED else answer

    async def recognise(self, call: Call, external_id: str) -> Answer | NotIt:
        try:
            refund = await answered(self._client.v1.refunds.retrieve_async(external_id))
        except Refused as refused:
            if refused.code == "resource_missing":
                return NotIt(f"Stripe knows no refund {external_id}.")
            # Refused for another reason, like a revoked key, it tells nothing about the refund.
            raise Unreadable(SYSTEM, refused.text) from refused
        answer = _answer(refund)
        why = _why_not(refund, answer, call)
        return NotIt(why) if why else answer


def _why_not(refund: stripe.Refund, answer: Answer, call: Call) -> str | None:
    """What speaks against its being the refund of this call, made by us or by hand."""
    wrong = _unlike(refund, call)
    if wrong:
        return f"{refund.id} {wrong}."
    if metadata_of(refund).get(MARK) not in (None, call.mark):
        return f"{refund.id} was made for another request."
    if answer.standing != Standing.DONE:
        return f"it has not gone through. {answer.text}"
    return None


def _answer_to(call: Call, refund: stripe.Refund) -> Answer:
    """Pending and without an id, so that it is left to a person, when it is not the refund that was meant."""
    wrong = _unlike(refund, call)
    if not wrong and metadata_of(refund).get(MARK) != call.mark:
        wrong = "does not carry this effect's mark"
    if not wrong:
        return _answer(refund)
    text = f"Stripe answers with refund {refund.id}, which {wrong}."
    return Answer(Standing.PENDING, None, "outcome_mismatch", text, {"record": refund.id})


def _unlike(refund: stripe.Refund, call: Call) -> str | None:
    arguments = RefundArguments.model_validate(call.arguments)
    return unlike(refund, arguments.payment, arguments.amount, arguments.currency)


def _answer(refund: stripe.Refund) -> Answer:
    status = refund.status or "unknown"
    detail: dict[str, object] = {"status": status, "amount": refund.amount, "currency": refund.currency}
    if status == "succeeded":
        return Answer(Standing.DONE, refund.id, "refunded", "", detail)
    if status == "failed":
        text = f"Stripe could not complete it: {_reason(refund)}"
        return Answer(Standing.FAILED, refund.id, "refund_failed", text, detail)
    if status == "canceled":
        text = "It was cancelled at Stripe before it went through."
        return Answer(Standing.FAILED, refund.id, "refund_canceled", text, detail)
    if status == "requires_action":
        text = (
            f"Stripe has accepted {refund.id} and waits for the customer, "
            "whom it asks by e-mail where the money should go."
        )
        return Answer(Standing.PENDING, refund.id, "refund_requires_action", text, detail)
    text = f"Stripe has accepted {refund.id}; it is {status}."
    return Answer(Standing.PENDING, refund.id, "refund_pending", text, detail)


def _taken_back(refund: stripe.Refund, answer: Answer) -> Answer:
    """Of a refund that had gone through. Stripe books the money back: `failure_balance_transaction`."""
    happened = "was cancelled" if refund.status == "canceled" else f"failed ({_reason(refund)})"
    text = (
        f"Refund {refund.id} of {shown(refund.amount, refund.currency)} {happened} at Stripe "
        "after it had gone through: the money is back in your Stripe balance, "
        "and the customer does not have it. "
        "Ask again if it is still owed."
    )
    return replace(answer, code="refund_reversed", text=text)


def _reason(refund: stripe.Refund) -> str:
    """Stripe's own word for it: https://docs.stripe.com/refunds#failed-refunds"""
    return (refund.failure_reason or "no reason given").replace("_", " ")
