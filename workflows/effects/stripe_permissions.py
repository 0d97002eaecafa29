"""What a restricted key of Stripe must be allowed, in the dashboard's words. Pure.

https://docs.stripe.com/keys/restricted-api-keys
"""

import re
from dataclasses import dataclass

# Stripe says: Having the 'rak_charge_write' permission would allow this request to continue. Or, since 2026:
# Enabling Charges and Refunds Write ('charge_write') permissions on this key would allow …
_NAMED = re.compile(r"'(?:rak_)?([a-z0-9_]+_(?:read|write))'")


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
# Only `signoff doctor` would use it, and can do without.
WEBHOOK_READ = Permission("rak_webhook_read", "Webhook Endpoints", "Read")
_KNOWN = {each.name: each for each in (*NEEDED, *_ALSO_CALLED, WEBHOOK_READ)}


def missing_permission(message: str) -> str | None:
    """The permission a refusal names; None when it names none."""
    named = _NAMED.search(message)
    if named is None:
        return None
    name = f"rak_{named[1]}"
    known = _KNOWN.get(name)
    return str(known) if known else name


def missing(permission: str) -> str:
    """What the thread, the requester and `signoff doctor` say of it."""
    return f"the API key lacks the permission {permission}."
