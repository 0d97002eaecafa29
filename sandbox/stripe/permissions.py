"""Restricted keys: what they may do, and Stripe's refusal of what they may not.

`rk_test_WORD` holds the permissions Signoff's guide names and no others. `rk_test_without_PERMISSION` lacks
one of them, `rk_test_without_charge_write_and_dispute_read` two. A secret key may do everything.
https://docs.stripe.com/keys/restricted-api-keys
"""

from sandbox.stripe.errors import StripeError, missing_permission

GRANTED = frozenset({"payment_intent_read", "charge_read", "charge_write", "customer_read", "dispute_read"})
NEEDED = {
    # No restricted key reads the account with what the dashboard's list offers under that name:
    # https://github.com/stripe/stripe-node/issues/2246
    "accounts.retrieve": "accounts_kyc_basic_read",
    "charges.list": "charge_read",
    "charges.retrieve": "charge_read",
    "customers.retrieve": "customer_read",
    "disputes.list": "dispute_read",
    "payment_intents.list": "payment_intent_read",
    "payment_intents.retrieve": "payment_intent_read",
    # Charges and refunds are one row of the dashboard's list.
    "refunds.create": "charge_write",
    "refunds.list": "charge_read",
    "refunds.retrieve": "charge_read",
    # https://github.com/stripe/stripe-cli/pull/2017
    "webhook_endpoints.list": "webhook_read",
}
RESTRICTED = "rk_test_"
_WITHOUT = RESTRICTED + "without_"


def check(key: str, method: str | None) -> None:
    """Raises StripeError (403) when the key is restricted and lacks what the call needs."""
    permission = NEEDED.get(method or "")
    if key.startswith(RESTRICTED) and permission is not None and permission not in _granted(key):
        raise refusal(key, permission)


def is_permission(word: str) -> bool:
    return word.endswith(("_read", "_write"))


def refusal(key: str, permission: str) -> StripeError:
    return missing_permission(key, f"rak_{permission.removeprefix('rak_')}")


def _granted(key: str) -> frozenset[str]:
    lacking = key.removeprefix(_WITHOUT).split("_and_") if key.startswith(_WITHOUT) else []
    # Who may write may read as well, so a key without the reading can't write either.
    also = {each.replace("_read", "_write") for each in lacking}
    return GRANTED - set(lacking) - also
