"""The refund as an effect: make it once, and find it by the mark it carries."""

from collections.abc import Sequence

import stripe
from pydantic import BaseModel, ConfigDict

from workflows.effects.stripe_errors import SYSTEM, answered
from workflows.effects.stripe_payments import metadata_of, refunds_of
from workflows.effects.system import Answer, Call, Standing
from workflows.errors import Refused, Unanswered

# A payment with more refunds than this is searched no further; Stripe itself pages by at most 100.
SEARCHED_MAX = 1_000
MARK = "signoff_effect"


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
        except Refused as refused:
            return Answer(Standing.FAILED, None, refused.code, refused.text)
        return _answer(refund)

    async def find(self, call: Call) -> Sequence[Answer]:
        arguments = RefundArguments.model_validate(call.arguments)
        try:
            found = await refunds_of(self._client, arguments.payment, SEARCHED_MAX)
        except Refused as refused:
            # A read that Stripe refuses (a revoked key, say) tells nothing about the refund.
            raise Unanswered(SYSTEM, refused.text) from refused
        return [_answer(each) for each in found if metadata_of(each).get(MARK) == call.mark]


def _answer(refund: stripe.Refund) -> Answer:
    status = refund.status or "unknown"
    detail: dict[str, object] = {"status": status, "amount": refund.amount, "currency": refund.currency}
    if status == "succeeded":
        return Answer(Standing.DONE, refund.id, "refunded", "", detail)
    if status in ("failed", "canceled"):
        reason = refund.failure_reason or "no reason given"
        return Answer(
            Standing.FAILED, refund.id, "refund_failed", f"Stripe could not complete it: {reason}", detail
        )
    return Answer(
        Standing.PENDING,
        refund.id,
        "refund_pending",
        f"Stripe has accepted {refund.id}; it is {status}.",
        detail,
    )
