"""POST /v1/refunds: what it takes, and the rules by which Stripe gives money back or refuses.

Two steps, as Stripe keeps an answer under its idempotency key only once execution has begun: `read_order`
checks the parameters (nothing it refuses is kept), `create_refund` does the work (all it answers is kept).
"""

from dataclasses import dataclass

from sandbox.stripe import expanding, parameters
from sandbox.stripe.books import Books
from sandbox.stripe.currencies import amount_text, is_payable
from sandbox.stripe.errors import StripeError, no_such
from sandbox.stripe.parameters import Parameters
from sandbox.stripe.records import Payment, Refund

REASONS = ("duplicate", "fraudulent", "requested_by_customer")

_KNOWN = frozenset({"amount", "charge", "expand", "metadata", "payment_intent", "reason"})


@dataclass(frozen=True)
class RefundOrder:
    """Checked parameters; `amount` is None for whatever is left."""

    charge: str | None
    payment_intent: str | None
    amount: int | None
    reason: str | None
    metadata: dict[str, str]
    expand: list[str]


def read_order(given: Parameters) -> RefundOrder:
    parameters.refuse_unknown(given, _KNOWN)
    order = RefundOrder(
        charge=parameters.string(given, "charge"),
        payment_intent=parameters.string(given, "payment_intent"),
        amount=parameters.integer(given, "amount"),
        reason=parameters.string(given, "reason"),
        metadata=parameters.metadata(given),
        expand=parameters.strings(given, "expand"),
    )
    if order.charge is None and order.payment_intent is None:
        # Without code and param, as Stripe answers it.
        raise StripeError(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    if order.reason is not None and order.reason not in REASONS:
        raise StripeError(
            "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer", param="reason"
        )
    expanding.check("refund", order.expand)
    return order


def create_refund(order: RefundOrder, books: Books, now: float) -> Refund:
    """Adds the refund to the books, or raises StripeError with the books as they were."""
    payment = _payment(order, books)
    _refuse_unrefundable(payment, books)
    left = books.unrefunded(payment, now)
    if left <= 0:
        raise StripeError(
            f"Charge {payment.charge} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if order.amount is None else order.amount
    if amount > left:
        raise StripeError(
            f"Refund amount ({amount_text(amount, payment.currency)}) is greater than unrefunded amount on "
            f"charge ({amount_text(left, payment.currency)})",
            param="amount",
        )
    if not is_payable(amount, payment.currency):
        raise StripeError(
            f"Invalid amount. Amounts in {payment.currency} must be evenly divisible by 10.", param="amount"
        )
    refund = Refund(
        id=books.next_refund_id(),
        charge=payment.charge,
        amount=amount,
        currency=payment.currency,
        created_at=now,
        course=payment.refund_course,
        reason=order.reason,
        metadata=order.metadata,
    )
    books.add_refund(refund)
    return refund


def _payment(order: RefundOrder, books: Books) -> Payment:
    by_charge = books.payments.get(order.charge or "")
    if order.charge is not None and by_charge is None:
        raise no_such("charge", order.charge, param="id")  # Stripe names it so, though it came in the body
    by_intent = books.intents.get(order.payment_intent or "")
    if order.payment_intent is not None and by_intent is None:
        raise no_such("payment_intent", order.payment_intent, param="payment_intent")
    if by_charge and by_intent and by_charge is not by_intent:
        raise StripeError(
            f"Charge {order.charge} does not belong to PaymentIntent {order.payment_intent}.", param="charge"
        )
    payment = by_charge or by_intent
    assert payment is not None, "read_order lets no order through that names neither"  # noqa: S101
    return payment


def _refuse_unrefundable(payment: Payment, books: Books) -> None:
    if payment.state == "failed":
        raise StripeError(
            f"This PaymentIntent ({payment.intent}) does not have a successful charge to refund."
        )
    if payment.state == "requires_capture":
        raise StripeError(
            f"This uncaptured Charge was created by a PaymentIntent ({payment.intent}). You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly. For more "
            "information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method"
        )
    if books.is_charged_back(payment):
        raise StripeError(
            f"Charge {payment.charge} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
