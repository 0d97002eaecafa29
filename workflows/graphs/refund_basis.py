"""What a refund is asked on, and what of it must still hold right before it is made. Pure.

A smaller balance that still covers the amount is no change: nobody would decide otherwise on it.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from workflows.effects.stripe_payments import EarlierRefund, Payment
from workflows.effects.stripe_refund import RefundArguments
from workflows.money import shown


class RefundBasis(BaseModel):
    """Kept with the approval. `equal_refunds` are the ids of the refunds of this very amount so far: ids need
    no clock to tell an older from a newer one. What an older row does not hold counts as not there."""

    model_config = ConfigDict(frozen=True)

    currency: str
    customer: str | None
    refundable: int
    disputed: bool = False
    equal_refunds: tuple[str, ...] = ()


def basis_of(payment: Payment, refunds: Sequence[EarlierRefund], amount: int) -> RefundBasis:
    return RefundBasis(
        currency=payment.currency,
        customer=payment.customer,
        refundable=payment.refundable,
        disputed=payment.disputed,
        equal_refunds=tuple(each.id for each in refunds if each.amount == amount),
    )


def changed(
    basis: RefundBasis, wanted: RefundArguments, payment: Payment | None, refunds: Sequence[EarlierRefund]
) -> Sequence[str]:
    """What people have to be asked about again, each in a few words; nothing when it all still holds."""
    if payment is None:
        return [f"Stripe knows no payment {wanted.payment} any more"]
    found = (
        _balance(basis, wanted, payment),
        _currency(basis, payment),
        _customer(basis, payment),
        _dispute(basis, payment),
        _equal_refund(basis, wanted, refunds),
    )
    return [each for each in found if each is not None]


def _balance(basis: RefundBasis, wanted: RefundArguments, payment: Payment) -> str | None:
    if payment.refundable >= wanted.amount:
        return None
    left = shown(payment.refundable, payment.currency)
    return f"{left} can still be refunded, no longer {shown(basis.refundable, basis.currency)}"


def _currency(basis: RefundBasis, payment: Payment) -> str | None:
    if payment.currency == basis.currency:
        return None
    return f"the payment's currency is {payment.currency.upper()}, no longer {basis.currency.upper()}"


def _customer(basis: RefundBasis, payment: Payment) -> str | None:
    if payment.customer == basis.customer:
        return None
    now, before = (each or "no customer" for each in (payment.customer, basis.customer))
    return f"the payment belongs to {now}, no longer to {before}"


def _dispute(basis: RefundBasis, payment: Payment) -> str | None:
    if payment.dispute_blocks:
        return "the payment is disputed, and its money held back"
    if payment.disputed and not basis.disputed:
        return "the customer has disputed the payment"
    return None


def _equal_refund(
    basis: RefundBasis, wanted: RefundArguments, refunds: Sequence[EarlierRefund]
) -> str | None:
    new = [each for each in refunds if each.amount == wanted.amount and each.id not in basis.equal_refunds]
    if not new:
        return None
    ids = ", ".join(each.id for each in new[:3]) + (" and more" if len(new) > 3 else "")
    return f"the same amount, {shown(wanted.amount, basis.currency)}, was refunded on it meanwhile ({ids})"
