"""The payments a fresh sandbox starts with, dated from the clock: many plain ones, one of each odd kind.

Ids are readable and the same every time. A customer's earlier payments carry the later payment's id and a
number (`pi_big_h3`). Names and addresses are made up.
"""

from datetime import UTC, datetime, timedelta

from sandbox.stripe.books import Books
from sandbox.stripe.odd_payments import ODD_PAYMENTS, OddPayment
from sandbox.stripe.records import Customer, Dispute, Payment, Refund

PLAIN_PAYMENTS = 30

HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S

_PLAIN_AMOUNTS = (6000, 6450, 7200, 7999, 8400, 8999, 9500, 10500, 12000, 14900)
_FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dan", "Elif", "Finn", "Gita", "Hugo", "Ines", "Jack", "Kira", "Leo")
_LAST_NAMES = ("Abbott", "Berg", "Costa", "Dahl", "Ekwueme", "Fischer", "Garcia")
_GOODS = ("Annual plan", "Team seats", "Desk lamp", "Running shoes", "Backpack", "Workshop ticket")


def seed(books: Books, now: float, plain_payments: int) -> None:
    """Fills empty books. Plain payments come first, so that whoever takes the first N takes plain ones."""
    for number in range(1, plain_payments + 1):
        _seed_plain(books, number, int(now))
    for odd in ODD_PAYMENTS:
        _seed_odd(books, odd, int(now))
    _seed_refunds(books, now)


def _seed_plain(books: Books, number: int, now: int) -> None:
    name = f"{_FIRST_NAMES[number % len(_FIRST_NAMES)]} {_LAST_NAMES[number % len(_LAST_NAMES)]}"
    handle = f"plain{number:02d}"
    amount = _PLAIN_AMOUNTS[number % len(_PLAIN_AMOUNTS)]
    created = now - (1 + number % 5) * DAY_S - (number % 24) * HOUR_S - number
    books.add_customer(Customer(f"cus_{handle}", name, f"{handle}@example.com", created - 400 * DAY_S))
    description = f"{_GOODS[number % len(_GOODS)]}, order {1000 + number}"
    books.add_payment(_payment(handle, amount, created, description))
    history = [amount + difference for difference in (300, -450, 900)[: number % 4]]
    _seed_history(books, handle, history, "usd", created)


def _seed_odd(books: Books, odd: OddPayment, now: int) -> None:
    created = (
        _month_before(now) - 5 * DAY_S if odd.handle == "equal" else now - odd.days_old * DAY_S - 3 * HOUR_S
    )
    customer = None
    if odd.customer_name is not None:
        customer = f"cus_{odd.handle}"
        books.add_customer(
            Customer(customer, odd.customer_name, f"{odd.handle}@example.com", created - 400 * DAY_S)
        )
    books.add_payment(
        Payment(
            charge=f"ch_{odd.handle}",
            intent=f"pi_{odd.handle}" if odd.has_intent else None,
            amount=odd.amount,
            currency=odd.currency,
            customer=customer,
            created=created,
            description=odd.description,
            state=odd.state,
            method=odd.method,
            refund_course=odd.refund_course,
        )
    )
    if customer is not None:
        _seed_history(books, odd.handle, list(odd.history), odd.currency, created)
    if odd.disputed or odd.inquired:
        dispute_created = created + 2 * DAY_S
        books.add_dispute(
            Dispute(
                f"dp_{odd.handle}",
                f"ch_{odd.handle}",
                odd.amount,
                odd.currency,
                dispute_created,
                "fraudulent",
                is_inquiry=odd.inquired,
            )
        )


def _seed_history(books: Books, handle: str, amounts: list[int], currency: str, before: int) -> None:
    for number, amount in enumerate(amounts, start=1):
        created = before - number * 17 * DAY_S - number * HOUR_S
        description = f"Earlier order {number} of {handle}"
        books.add_payment(
            _payment(f"{handle}_h{number}", amount, created, description, currency, f"cus_{handle}")
        )


def _seed_refunds(books: Books, now: float) -> None:
    """Oldest first, as refunds are listed by the order in which they were added."""
    refunds = [
        (
            "equal",
            2500,
            _month_before(int(now)),
            {"signoff_approver": "U0MORGAN", "signoff_requester": "U0RILEY"},
        ),
        ("partly", 4000, now - 1 * DAY_S, {}),
        ("spent", 9900, now - 1 * HOUR_S, {}),
    ]
    for handle, amount, created_at, metadata in refunds:
        books.add_refund(
            Refund(
                id=books.next_refund_id(),
                charge=f"ch_{handle}",
                amount=amount,
                currency="usd",
                created_at=float(created_at),
                course="at_once",
                reason="requested_by_customer",
                metadata=metadata,
            )
        )


def _payment(
    handle: str,
    amount: int,
    created: int,
    description: str,
    currency: str = "usd",
    customer: str | None = None,
) -> Payment:
    return Payment(
        charge=f"ch_{handle}",
        intent=f"pi_{handle}",
        amount=amount,
        currency=currency,
        customer=customer or f"cus_{handle}",
        created=created,
        description=description,
    )


def _month_before(now: int) -> int:
    """Noon UTC on the 3rd of the month before."""
    this_month = datetime.fromtimestamp(now, UTC).replace(day=1, hour=12, minute=0, second=0, microsecond=0)
    return int((this_month - timedelta(days=1)).replace(day=3).timestamp())
