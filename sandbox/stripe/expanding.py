"""`expand[]`: which references may be answered as whole objects, and putting them there."""

from collections.abc import Callable
from typing import Any

from sandbox.stripe.errors import StripeError

DEPTH_MAX = 4

# Object → property → the object it refers to.
_EXPANDABLE: dict[str, dict[str, str]] = {
    "account": {},
    "charge": {"customer": "customer", "payment_intent": "payment_intent", "refunds": "refund"},
    "customer": {},
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "payment_intent": {"customer": "customer", "latest_charge": "charge"},
    "refund": {"charge": "charge", "customer": "customer", "payment_intent": "payment_intent"},
}

Resolve = Callable[[str, dict[str, Any]], Any]


def check(kind: str, paths: list[str]) -> None:
    """Raises StripeError for a path that leads nowhere; asked before any work is done."""
    for path in paths:
        names = path.split(".")
        here = kind
        for name in names:
            if name not in _EXPANDABLE[here] or len(names) > DEPTH_MAX:
                raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
            here = _EXPANDABLE[here][name]


def expand(answer: dict[str, Any], paths: list[str], resolve: Resolve) -> None:
    """Replaces references in place, by checked paths; `resolve(property, answer)` gives the whole object."""
    for path in paths:
        here = answer
        for name in path.split("."):
            if not isinstance(here.get(name), dict):
                here[name] = resolve(name, here)
            here = here[name]
            if here is None:
                break
