"""What a restricted key of Stripe must be allowed, in the dashboard's words. Pure.

https://docs.stripe.com/keys/restricted-api-keys
"""

import re
from dataclasses import dataclass

# Stripe says: Having the 'rak_charge_write' permission would allow this request to continue.
_NAMED = re.compile(r"'(rak_[a-z0-9_]+)'")


@dataclass(frozen=True)
class Permission:
    """`name` is what Stripe's refusal calls it, `row` and `level` what the dashboard does."""

    name: str
    row: str
    level: str

    def __str__(self) -> str:
        return f"{self.row}: {self.level} ({self.name})"


# The dashboard has one row for charges and refunds; writing includes reading.
NEEDED = (
    Permission("rak_payment_intent_read", "PaymentIntents", "Read"),
    Permission("rak_charge_read", "Charges and Refunds", "Read"),
    Permission("rak_charge_write", "Charges and Refunds", "Write"),
    Permission("rak_customer_read", "Customers", "Read"),
    Permission("rak_dispute_read", "Disputes", "Read"),
)
_ALSO_CALLED = (
    Permission("rak_refund_read", "Charges and Refunds", "Read"),
    Permission("rak_refund_write", "Charges and Refunds", "Write"),
)
_KNOWN = {each.name: each for each in (*NEEDED, *_ALSO_CALLED)}


def missing_permission(message: str) -> str | None:
    """The permission a refusal names; None when it names none."""
    named = _NAMED.search(message)
    if named is None:
        return None
    known = _KNOWN.get(named[1])
    return str(known) if known else named[1]


def missing(permission: str) -> str:
    """What the thread, the requester and `signoff doctor` say of it."""
    return f"the API key lacks the permission {permission}."
