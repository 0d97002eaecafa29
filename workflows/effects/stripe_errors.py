"""What a Stripe error means for us: no answer yet, or a definite no with a name.

`e.code` is often None in stripe-python; the code is read from the error object in the body.
https://docs.stripe.com/api/errors
"""

from collections.abc import Awaitable
from typing import TypeVar

import stripe

from workflows.effects.stripe_permissions import missing, missing_permission
from workflows.errors import Refused, SavedError, Unanswered

T = TypeVar("T")

SYSTEM = "stripe"
KEY_REFUSED = "key_refused"
# An unreadable answer is quoted whole by stripe-python, and a proxy's error page can be long.
MESSAGE_MAX = 300


class PermissionMissing(Refused):
    """The key is a restricted one and lacks a permission, which the dashboard calls `permission`."""

    def __init__(self, permission: str) -> None:
        mend = "Ask again when whoever runs Signoff has added it in Stripe's dashboard."
        super().__init__(SYSTEM, "permission_missing", f"{missing(permission)} {mend}")
        self.permission = permission


async def answered(call: Awaitable[T]) -> T:
    """Awaits a call to Stripe; raises Unanswered (SavedError) or Refused instead of Stripe's own errors."""
    try:
        return await call
    except stripe.PermissionError as error:
        permission = missing_permission(_message(error))
        if permission is None:
            raise Refused(SYSTEM, KEY_REFUSED, _message(error)) from error
        raise PermissionMissing(permission) from error
    except stripe.AuthenticationError as error:
        raise Refused(SYSTEM, KEY_REFUSED, _message(error)) from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise Unanswered(SYSTEM, _message(error)) from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        code = _code(error)
        # 409: another request with the same key is still running. 5xx, or no readable answer at all: it may
        # have happened or not.
        if status == 409 or not 400 <= status < 500:
            kind = SavedError if _is_replayed(error) else Unanswered
            raise kind(SYSTEM, _message(error)) from error
        raise Refused(SYSTEM, code, _message(error)) from error


def _is_replayed(error: stripe.StripeError) -> bool:
    """Stripe keeps the answer to a key, a 500 too: https://docs.stripe.com/api/idempotent_requests."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return headers.get("idempotent-replayed") == "true"


def _code(error: stripe.StripeError) -> str:
    body = error.error
    code = getattr(body, "code", None) if body is not None else None
    return str(code or error.code or "refused")


def _message(error: stripe.StripeError) -> str:
    return str(error.user_message or error.__class__.__name__)[:MESSAGE_MAX]
