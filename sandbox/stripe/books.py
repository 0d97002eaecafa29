"""The double's state: all records in memory, indexed as the endpoints read them, written through."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict

from sandbox.storage import Storage
from sandbox.stripe.records import Customer, Dispute, Payment, Refund

CUSTOMERS, PAYMENTS, REFUNDS, DISPUTES = (
    "stripe_customers",
    "stripe_payments",
    "stripe_refunds",
    "stripe_disputes",
)

NOT_PAID = ("failed", "canceled")


class Books:
    """Customers, payments, refunds and disputes, only ever added until `clear`; a refund may take a turn."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._forget()
        for document in storage.load(CUSTOMERS).values():
            self._index_customer(Customer(**document))
        for document in storage.load(PAYMENTS).values():
            self._index_payment(Payment(**document))
        for document in storage.load(REFUNDS).values():
            self._index_refund(Refund.of(document))
        for document in storage.load(DISPUTES).values():
            self._index_dispute(Dispute(**document))

    def clear(self) -> None:
        for collection in (CUSTOMERS, PAYMENTS, REFUNDS, DISPUTES):
            self._storage.clear(collection)
        self._forget()

    def add_customer(self, customer: Customer) -> None:
        self._storage.put(CUSTOMERS, customer.id, asdict(customer))
        self._index_customer(customer)

    def add_payment(self, payment: Payment) -> None:
        self._storage.put(PAYMENTS, payment.charge, asdict(payment))
        self._index_payment(payment)

    def add_refund(self, refund: Refund) -> None:
        self._storage.put(REFUNDS, refund.id, asdict(refund))
        self._index_refund(refund)

    def turn_refund(self, refund: Refund) -> None:
        """The same refund with another turn."""
        self._storage.put(REFUNDS, refund.id, asdict(refund))
        of_charge = self._refunds_by_charge[refund.charge]
        of_charge[of_charge.index(self.refunds[refund.id])] = refund
        self.refunds[refund.id] = refund

    def add_dispute(self, dispute: Dispute) -> None:
        self._storage.put(DISPUTES, dispute.id, asdict(dispute))
        self._index_dispute(dispute)

    def next_refund_id(self) -> str:
        return f"re_{len(self.refunds) + 1:06d}"

    def refunds_of(self, payment: Payment) -> list[Refund]:
        return self._refunds_by_charge.get(payment.charge, [])

    def disputes_of(self, payment: Payment) -> list[Dispute]:
        return self._disputes_by_charge.get(payment.charge, [])

    def is_charged_back(self, payment: Payment) -> bool:
        """Whether a dispute took the money back, so that there is nothing to refund."""
        return any(not dispute.is_inquiry for dispute in self.disputes_of(payment))

    def payments_of(self, customer: str) -> list[Payment]:
        return self._payments_by_customer.get(customer, [])

    def refunded(self, payment: Payment, now: float) -> int:
        """Minor units given back or on their way; of a failed refund the money is back in the balance."""
        return sum(each.amount for each in self.refunds_of(payment) if each.status(now) not in NOT_PAID)

    def unrefunded(self, payment: Payment, now: float) -> int:
        return payment.amount_captured - self.refunded(payment, now)

    def _forget(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.payments: dict[str, Payment] = {}
        self.intents: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.disputes: dict[str, Dispute] = {}
        self._payments_by_customer: dict[str, list[Payment]] = defaultdict(list)
        self._refunds_by_charge: dict[str, list[Refund]] = defaultdict(list)
        self._disputes_by_charge: dict[str, list[Dispute]] = defaultdict(list)

    def _index_customer(self, customer: Customer) -> None:
        self.customers[customer.id] = customer

    def _index_payment(self, payment: Payment) -> None:
        self.payments[payment.charge] = payment
        if payment.intent is not None:
            self.intents[payment.intent] = payment
        if payment.customer is not None:
            self._payments_by_customer[payment.customer].append(payment)

    def _index_refund(self, refund: Refund) -> None:
        self.refunds[refund.id] = refund
        self._refunds_by_charge[refund.charge].append(refund)

    def _index_dispute(self, dispute: Dispute) -> None:
        self.disputes[dispute.id] = dispute
        self._disputes_by_charge[dispute.charge].append(dispute)


def newest_first(payments: Iterable[Payment]) -> list[Payment]:
    return sorted(payments, key=lambda payment: payment.created, reverse=True)
