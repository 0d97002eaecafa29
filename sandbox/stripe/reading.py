"""The GET endpoints: one object by its id, and lists newest first with Stripe's paging."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sandbox.clock import Clock
from sandbox.stripe import answers, expanding, parameters
from sandbox.stripe.books import Books, newest_first
from sandbox.stripe.errors import no_such
from sandbox.stripe.parameters import Parameters
from sandbox.stripe.payment_answers import Answer, charge_answer, payment_intent_answer
from sandbox.stripe.records import Customer, Dispute, Payment, Refund

Record = TypeVar("Record", Customer, Payment, Refund, Dispute)

LIMIT_DEFAULT, LIMIT_MAX = 10, 100

_PAGING = frozenset({"created", "expand", "limit", "starting_after"})


class Reader:
    """Answers from the books as they are at the clock's now."""

    def __init__(self, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock

    def account(self, _id: str, given: Parameters) -> Answer:
        return self._one("account", answers.account_answer(), given)

    def payment_intent(self, id: str, given: Parameters) -> Answer:
        payment = self._books.intents.get(id)
        if payment is None:
            raise no_such("payment_intent", id, param="intent")
        return self._one("payment_intent", payment_intent_answer(payment), given)

    def charge(self, id: str, given: Parameters) -> Answer:
        payment = self._books.payments.get(id)
        if payment is None:
            raise no_such("charge", id, param="id")
        return self._one("charge", self._charge(payment), given)

    def customer(self, id: str, given: Parameters) -> Answer:
        customer = self._books.customers.get(id)
        if customer is None:
            raise no_such("customer", id, param="id")
        return self._one("customer", answers.customer_answer(customer), given)

    def refund(self, id: str, given: Parameters) -> Answer:
        refund = self._books.refunds.get(id)
        if refund is None:
            raise no_such("refund", id, param="id")
        return self._one("refund", self._refund(refund), given)

    def payment_intents(self, _id: str, given: Parameters) -> Answer:
        parameters.refuse_unknown(given, _PAGING | {"customer"})
        payments = newest_first(self._of_customer(given))
        return self._page(
            "payment_intent",
            [(payment.intent, payment) for payment in payments if payment.intent is not None],
            payment_intent_answer,
            given,
        )

    def charges(self, _id: str, given: Parameters) -> Answer:
        parameters.refuse_unknown(given, _PAGING | {"customer", "payment_intent"})
        payments = newest_first(self._of_customer(given))
        if (intent := parameters.string(given, "payment_intent")) is not None:
            wanted = self._existing("payment_intent", intent, self._books.intents, "payment_intent")
            payments = [payment for payment in payments if payment is wanted]
        return self._page("charge", [(payment.charge, payment) for payment in payments], self._charge, given)

    def refunds(self, _id: str, given: Parameters) -> Answer:
        parameters.refuse_unknown(given, _PAGING | {"charge", "payment_intent"})
        payments = self._of_charge_or_intent(given)
        if payments is None:
            refunds = list(self._books.refunds.values())
        else:
            refunds = [refund for payment in payments for refund in self._books.refunds_of(payment)]
        return self._page(
            "refund", [(refund.id, refund) for refund in reversed(refunds)], self._refund, given
        )

    def disputes(self, _id: str, given: Parameters) -> Answer:
        parameters.refuse_unknown(given, _PAGING | {"charge", "payment_intent"})
        payments = self._of_charge_or_intent(given)
        if payments is None:
            disputes = list(self._books.disputes.values())
        else:
            disputes = [dispute for payment in payments for dispute in self._books.disputes_of(payment)]
        return self._page(
            "dispute", [(dispute.id, dispute) for dispute in reversed(disputes)], self._dispute, given
        )

    def refund_answer(self, refund: Refund, expand: list[str]) -> Answer:
        """A refund just made, as POST /v1/refunds answers it; `expand` is checked already."""
        answer = self._refund(refund)
        expanding.expand(answer, expand, self._resolve)
        return answer

    def _one(self, kind: str, answer: Answer, given: Parameters) -> Answer:
        parameters.refuse_unknown(given, frozenset({"expand"}))
        paths = parameters.strings(given, "expand")
        expanding.check(kind, paths)
        expanding.expand(answer, paths, self._resolve)
        return answer

    def _page(
        self,
        kind: str,
        records: list[tuple[str, Record]],
        render: Callable[[Record], Answer],
        given: Parameters,
    ) -> Answer:
        limit = parameters.integer(given, "limit", most=LIMIT_MAX) or LIMIT_DEFAULT
        paths = [path.removeprefix("data.") for path in parameters.strings(given, "expand")]
        expanding.check(kind, paths)
        records = [(id, record) for id, record in records if _is_within(record.created, given)]
        if (cursor := parameters.string(given, "starting_after")) is not None:
            ids = [id for id, _ in records]
            if cursor not in ids:
                raise no_such(kind, cursor, param="starting_after", status=400)
            records = records[ids.index(cursor) + 1 :]
        page = [render(record) for _, record in records[:limit]]
        for answer in page:
            expanding.expand(answer, paths, self._resolve)
        return {"object": "list", "data": page, "has_more": len(records) > limit, "url": f"/v1/{kind}s"}

    def _of_customer(self, given: Parameters) -> Iterable[Payment]:
        customer = parameters.string(given, "customer")
        if customer is None:
            return self._books.payments.values()
        self._existing("customer", customer, self._books.customers, "customer")
        return self._books.payments_of(customer)

    def _of_charge_or_intent(self, given: Parameters) -> list[Payment] | None:
        """None where neither is asked for, that is: all; both together must agree."""
        charge = parameters.string(given, "charge")
        intent = parameters.string(given, "payment_intent")
        if charge is None and intent is None:
            return None
        asked = []
        if charge is not None:
            asked.append(self._existing("charge", charge, self._books.payments, "charge"))
        if intent is not None:
            asked.append(self._existing("payment_intent", intent, self._books.intents, "payment_intent"))
        return asked[:1] if all(payment is asked[0] for payment in asked) else []

    @staticmethod
    def _existing(kind: str, id: str, known: dict[str, Any], param: str) -> Any:
        if id not in known:
            raise no_such(kind, id, param=param, status=400)
        return known[id]

    def _charge(self, payment: Payment) -> Answer:
        return charge_answer(payment, self._books, self._clock.now())

    def _refund(self, refund: Refund) -> Answer:
        return answers.refund_answer(refund, self._books.payments[refund.charge], self._clock.now())

    def _dispute(self, dispute: Dispute) -> Answer:
        return answers.dispute_answer(dispute, self._books.payments[dispute.charge], self._clock.now())

    def _resolve(self, name: str, answer: Answer) -> Any:
        """The object behind a reference; None where there is none. `refunds` of a charge is a list."""
        if name == "refunds":
            payment = self._books.payments[answer["id"]]
            refunds = [self._refund(refund) for refund in reversed(self._books.refunds_of(payment))]
            url = f"/v1/charges/{payment.charge}/refunds"
            return {
                "object": "list",
                "data": refunds[:LIMIT_DEFAULT],
                "has_more": len(refunds) > LIMIT_DEFAULT,
                "url": url,
            }
        id = answer.get(name)
        if id is None:
            return None
        if name == "customer":
            return answers.customer_answer(self._books.customers[id])
        if name == "payment_intent":
            return payment_intent_answer(self._books.intents[id])
        return self._charge(self._books.payments[id])


def _is_within(created: int, given: Parameters) -> bool:
    """`created=N` or `created[gt|gte|lt|lte]=N`, seconds since the epoch."""
    asked = given.get("created")
    if asked is None:
        return True
    if isinstance(asked, str):
        return created == parameters.integer(given, "created", least=0)
    parameters.refuse_unknown(asked, frozenset({"gt", "gte", "lt", "lte"}))
    bounds = {name: parameters.integer(asked, name, least=0) for name in asked}
    holds = {
        "gt": lambda bound: created > bound,
        "gte": lambda bound: created >= bound,
        "lt": lambda bound: created < bound,
        "lte": lambda bound: created <= bound,
    }
    return all(holds[name](bound) for name, bound in bounds.items())
