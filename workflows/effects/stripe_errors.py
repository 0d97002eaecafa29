"""Stripe's errors as ours: what the table in `stripe_answers.py` says of each, in Stripe's own words.

`e.code` is often None in stripe-python; the code is read from the error object in the body.
https://docs.stripe.com/api/errors
"""

from collections.abc import Awaitable
from typing import TypeVar

import stripe

from workflows.effects.stripe_answers import Heard, Meaning, row_for
from workflows.effects.stripe_permissions import missing, missing_permission
from workflows.errors import Refused, SavedError, Unanswered, WorkflowError
from workflows.pauses import asked_for

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


class KeyInOtherUse(Refused):
    """The idempotency key was used for a request with other parameters, which may have done something."""

    def __init__(self, text: str) -> None:
        super().__init__(SYSTEM, "idempotency_error", text)


async def answered(call: Awaitable[T]) -> T:
    """Awaits a call to Stripe; raises Unanswered (SavedError) or Refused instead of Stripe's own errors."""
    try:
        return await call
    except stripe.StripeError as error:
        raise _as_ours(error) from error


def _as_ours(error: stripe.StripeError) -> WorkflowError:
    heard, text = _heard(error), _message(error)
    match row_for(heard).meaning:
        case Meaning.NO_ANSWER:
            return Unanswered(SYSTEM, text, asked_for(_header(error, "retry-after")))
        case Meaning.SAVED_ERROR:
            return SavedError(SYSTEM, text)
        case Meaning.KEY_IN_OTHER_USE:
            return KeyInOtherUse(text)
        case Meaning.NO_TO_OUR_KEY:
            permission = missing_permission(text) if heard.status == 403 else None
            return PermissionMissing(permission) if permission else Refused(SYSTEM, KEY_REFUSED, text)
        case Meaning.NO:
            return Refused(SYSTEM, heard.code or "refused", text)


def _heard(error: stripe.StripeError) -> Heard:
    said = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    words = said if isinstance(said, dict) else {}
    return Heard(
        status=error.http_status or 0,
        is_stripes=bool(words),
        type=str(words.get("type") or ""),
        code=str(words.get("code") or ""),
        says_retry=_header(error, "stripe-should-retry") == "true",
        is_replayed=_header(error, "idempotent-replayed") == "true",
    )


def _header(error: stripe.StripeError, name: str) -> str:
    return next((value for each, value in (error.headers or {}).items() if each.lower() == name), "")


def _message(error: stripe.StripeError) -> str:
    """In one line. Of a broken connection stripe-python says in four whom to write to."""
    if isinstance(error, stripe.APIConnectionError):
        return "the connection failed"
    return " ".join(str(error.user_message or error.__class__.__name__).split())[:MESSAGE_MAX]
