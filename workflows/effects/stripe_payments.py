"""Payments as Stripe tells of them: read only, with what a reviewer wants to know about each."""

from collections.abc import Sequence
from datetime import UTC, datetime

import stripe
from pydantic import AwareDatetime, BaseModel, ConfigDict

from workflows.effects.stripe_errors import answered
from workflows.errors import Refused

PAGE = 100
REFUNDS_MAX = 300
HISTORY = 10


class Payment(BaseModel):
    """A paid charge. Amounts are minor units; `refundable` is what Stripe would still give back."""

    model_config = ConfigDict(frozen=True)

    id: str
    charge: str
    status: str
    amount: int
    refunded: int
    currency: str
    created: AwareDatetime
    customer: str | None
    customer_name: str | None
    description: str | None
    livemode: bool
    disputed: bool
    dispute_blocks: bool

    @property
    def refundable(self) -> int:
        return self.amount - self.refunded

    @property
    def dashboard_url(self) -> str:
        test = "" if self.livemode else "test/"
        return f"https://dashboard.stripe.com/{test}payments/{self.id}"


class EarlierRefund(BaseModel):
    """A refund this payment has seen. `approver` is a Slack user id where Signoff made it."""

    model_config = ConfigDict(frozen=True)

    id: str
    amount: int
    status: str
    created: AwareDatetime
    approver: str | None


class StripePayments:
    """Reads payments. Raises Unanswered when Stripe can't be reached, Refused for a refused key."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def payment(self, id: str) -> Payment | None:
        """The payment behind a PaymentIntent or charge id; None when there is none of that name.

        A PaymentIntent that was never paid has no charge: its status says so and its amount is 0.
        """
        try:
            if id.startswith("pi_"):
                intent = await answered(
                    self._client.v1.payment_intents.retrieve_async(id, {"expand": ["latest_charge"]})
                )
                if not isinstance(intent.latest_charge, stripe.Charge):
                    return _unpaid(intent)
                status, charge = intent.status, intent.latest_charge
            else:
                charge = await answered(self._client.v1.charges.retrieve_async(id))
                status = charge.status
        except Refused as refused:
            if refused.code == "resource_missing":
                return None
            raise
        return await self._paid(id, status, charge)

    async def refunds(self, payment: Payment) -> Sequence[EarlierRefund]:
        """Newest first; the newest 300 of a payment that has more."""
        found = await refunds_of(self._client, payment.id, REFUNDS_MAX)
        return [
            EarlierRefund(
                id=each.id,
                amount=each.amount,
                status=each.status or "unknown",
                created=datetime.fromtimestamp(each.created, UTC),
                approver=metadata_of(each).get("signoff_approver"),
            )
            for each in found
            if each.status not in ("failed", "canceled")
        ]

    async def amounts_before(self, payment: Payment) -> Sequence[int]:
        """What the customer's last ten other paid payments in this currency came to, newest first."""
        if payment.customer is None:
            return []
        page = await answered(
            self._client.v1.payment_intents.list_async({"customer": payment.customer, "limit": PAGE})
        )
        amounts = [
            each.amount_received
            for each in page.data
            if each.id != payment.id and each.status == "succeeded" and each.currency == payment.currency
        ]
        return amounts[:HISTORY]

    async def _paid(self, id: str, status: str, charge: stripe.Charge) -> Payment:
        captured = charge.amount_captured if charge.captured else 0
        return Payment(
            id=id,
            charge=charge.id,
            status=status,
            amount=captured,
            refunded=charge.amount_refunded,
            currency=charge.currency,
            created=datetime.fromtimestamp(charge.created, UTC),
            customer=id_of(charge.customer),
            customer_name=await self._name_of(id_of(charge.customer)) or charge.billing_details.name,
            description=charge.description,
            livemode=charge.livemode,
            disputed=charge.disputed,
            dispute_blocks=charge.disputed and await self._dispute_blocks(charge.id),
        )

    async def _name_of(self, customer: str | None) -> str | None:
        if customer is None:
            return None
        try:
            found = await answered(self._client.v1.customers.retrieve_async(customer))
        except Refused as refused:
            if refused.code == "resource_missing":
                return None
            raise
        return found.name if not getattr(found, "deleted", False) else None

    async def _dispute_blocks(self, charge: str) -> bool:
        disputes = await answered(self._client.v1.disputes.list_async({"charge": charge, "limit": PAGE}))
        return any(not each.is_charge_refundable for each in disputes.data)


async def refunds_of(client: stripe.StripeClient, payment: str, at_most: int) -> Sequence[stripe.Refund]:
    """Refunds of a PaymentIntent or charge, newest first, page by page. Stripe can't filter by metadata."""
    found: list[stripe.Refund] = []
    while len(found) < at_most:
        params: stripe.params.RefundListParams = {"limit": PAGE}
        if payment.startswith("pi_"):
            params["payment_intent"] = payment
        else:
            params["charge"] = payment
        if found:
            params["starting_after"] = found[-1].id
        page = await answered(client.v1.refunds.list_async(params))
        found.extend(page.data)
        if not page.has_more:
            break
    return found


def metadata_of(refund: stripe.Refund) -> dict[str, str]:
    return refund.metadata.to_dict() if refund.metadata is not None else {}


def _unpaid(intent: stripe.PaymentIntent) -> Payment:
    return Payment(
        id=intent.id,
        charge="",
        status=intent.status,
        amount=0,
        refunded=0,
        currency=intent.currency,
        created=datetime.fromtimestamp(intent.created, UTC),
        customer=id_of(intent.customer),
        customer_name=None,
        description=intent.description,
        livemode=intent.livemode,
        disputed=False,
        dispute_blocks=False,
    )


def id_of(reference: str | stripe.Customer | stripe.PaymentIntent | stripe.Charge | None) -> str | None:
    """Of something that Stripe gives by its id, or whole."""
    return reference if reference is None or isinstance(reference, str) else reference.id
