"""What a refund request says, and whether the payment allows it. Pure."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workflows.effects.stripe_payments import Payment
from workflows.inputs import Entry
from workflows.money import decimals_rule, is_amount, shown, to_minor

REASON_MAX = 500
ALL = "all"


class RefundInput(BaseModel):
    """What the requester gives: a payment, an amount in its own currency or `all`, and a reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payment: Annotated[str, Entry(previewed=True)] = Field(
        description="a PaymentIntent (pi_…) or a charge (ch_…)"
    )
    amount: str = Field(description="in the payment's currency, or `all` for what is still refundable")
    reason: Annotated[str, Entry(multiline=True, length_max=REASON_MAX)] = Field(
        description="for the approvers and the record"
    )

    @field_validator("payment")
    @classmethod
    def _is_a_payment(cls, value: str) -> str:
        if not is_payment(value):
            raise ValueError("the payment must be a Stripe id that begins with pi_ or ch_")
        return value

    @field_validator("amount")
    @classmethod
    def _is_an_amount(cls, value: str) -> str:
        if value.lower() == ALL:
            return ALL
        if not is_amount(value):
            raise ValueError(
                "the amount must be above zero, in the digits 0 to 9 with at most one point, "
                "such as 25.00, or `all`"
            )
        return value

    @field_validator("reason")
    @classmethod
    def _is_short_enough_to_read(cls, value: str) -> str:
        if not value:
            raise ValueError("the reason is missing")
        if len(value) > REASON_MAX:
            raise ValueError(f"the reason has {len(value):,} characters; {REASON_MAX} is the limit")
        return value


def is_payment(text: str) -> bool:
    """Whether it looks like the id of a PaymentIntent or a charge."""
    return re.fullmatch(r"(pi|ch|py)_[A-Za-z0-9_]{1,100}", text) is not None


def preview(payment: Payment | None, id: str) -> str:
    """What a requester should know about a payment before they ask. Pure."""
    if payment is None:
        return f"Stripe knows no payment {id}."
    if payment.amount == 0:
        return f"{payment.id} was never paid: its status is {payment.status}."
    paid, left = shown(payment.amount, payment.currency), shown(payment.refundable, payment.currency)
    return f"{payment.id}: {paid} paid, {left} refundable"


def check(payment: Payment | None, wanted: RefundInput) -> int | tuple[str, str]:
    """The amount in minor units, or why it can't be refunded: a word for the case and a text. Pure."""
    if payment is None:
        return "payment_unknown", f"Stripe knows no payment {wanted.payment}."
    if payment.amount == 0:
        return "not_paid", f"{payment.id} was never paid: its status is {payment.status}."
    if payment.dispute_blocks:
        return (
            "disputed",
            f"{payment.id} is disputed and its money held back, so Stripe refuses refunds on it.",
        )
    left = payment.refundable
    if left <= 0:
        return "already_refunded", f"{payment.id} has been refunded in full already."
    if wanted.amount == ALL:
        return left
    amount = to_minor(wanted.amount, payment.currency)
    if amount is None:
        rule = decimals_rule(payment.currency)
        return (
            "wrong_decimals",
            f"{payment.currency.upper()} has {rule}, so {wanted.amount} is not an amount in it.",
        )
    if amount > left:
        most = shown(left, payment.currency)
        return (
            "more_than_refundable",
            f"{shown(amount, payment.currency)} is more than the {most} that can still be refunded.",
        )
    return amount
