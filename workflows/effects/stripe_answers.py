"""What each answer of Stripe's that is not a yes means for us: the one table that decides. Pure.

`docs/stripe.md` shows this table, row for row. Only an error object of Stripe's own is Stripe's word: a page
of HTML with a status of 403 comes from something in between, and says nothing of the refund.
https://docs.stripe.com/api/errors, https://docs.stripe.com/error-codes, https://docs.stripe.com/error-low-level
"""

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What an answer means, whatever was asked. What is done then is up to whoever asked."""

    NO_ANSWER = "no answer"
    SAVED_ERROR = "saved error"
    NO = "no"
    NO_TO_OUR_KEY = "no to our API key"
    KEY_IN_OTHER_USE = "key in other use"


@dataclass(frozen=True)
class Heard:
    """What came of a request. `status` is 0 when no HTTP answer came; `is_stripes`: it holds an error object.

    `says_retry`: `Stripe-Should-Retry: true`. `is_replayed`: it was saved under the idempotency key.
    """

    status: int
    is_stripes: bool = False
    type: str = ""
    code: str = ""
    says_retry: bool = False
    is_replayed: bool = False


NO_STATUS = range(1)
ANY_STATUS = range(1, 1000)
ANY_4XX = range(400, 500)


@dataclass(frozen=True)
class Row:
    """Fits when each of its conditions does, and an empty one always does. `known` is no condition, but what
    Stripe is known to say here."""

    answer: str
    meaning: Meaning
    statuses: range
    types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    is_stripes: bool | None = None
    says_retry: bool | None = None
    known: tuple[str, ...] = ()

    def fits(self, heard: Heard) -> bool:
        return (
            heard.status in self.statuses
            and (not self.types or heard.type in self.types)
            and (not self.codes or heard.code in self.codes)
            and self.is_stripes in (None, heard.is_stripes)
            and self.says_retry in (None, heard.says_retry)
        )


# From top to bottom: the first that fits decides.
ROWS = (
    Row("none: the connection failed, before or after the request was sent", Meaning.NO_ANSWER, NO_STATUS),
    Row("a yes that can't be read", Meaning.NO_ANSWER, range(200, 300)),
    Row("a redirect", Meaning.NO_ANSWER, range(300, 400)),
    Row(
        "no error object of Stripe's, but a proxy's HTML page, say",
        Meaning.NO_ANSWER,
        ANY_STATUS,
        is_stripes=False,
    ),
    Row("Stripe's own trouble", Meaning.NO_ANSWER, range(500, 600), known=("api_error",)),
    Row(
        "a request with this idempotency key is under way",
        Meaning.NO_ANSWER,
        range(409, 410),
        known=("idempotency_key_in_use",),
    ),
    Row(
        "too many requests, or another one holds the payment",
        Meaning.NO_ANSWER,
        range(429, 430),
        known=("rate_limit", "lock_timeout"),
    ),
    Row(
        "the same with another status",
        Meaning.NO_ANSWER,
        ANY_4XX,
        codes=("rate_limit", "lock_timeout", "idempotency_key_in_use"),
    ),
    Row("any with `Stripe-Should-Retry: true`", Meaning.NO_ANSWER, ANY_STATUS, says_retry=True),
    Row(
        "the idempotency key was used with other parameters",
        Meaning.KEY_IN_OTHER_USE,
        ANY_4XX,
        types=("idempotency_error",),
    ),
    Row(
        "the API key is wrong, expired or revoked",
        Meaning.NO_TO_OUR_KEY,
        range(401, 402),
        known=("platform_api_key_expired", "secret_key_required"),
    ),
    Row("the API key lacks a permission", Meaning.NO_TO_OUR_KEY, range(403, 404)),
    Row(
        "nothing has this id in this account and mode",
        Meaning.NO,
        ANY_4XX,
        codes=("resource_missing", "livemode_mismatch"),
    ),
    Row(
        "this payment can't be refunded",
        Meaning.NO,
        ANY_4XX,
        codes=(
            "charge_already_refunded",
            "charge_disputed",
            "charge_not_refundable",
            "refund_disputed_payment",
            "payment_intent_unexpected_state",
            "balance_insufficient",
            "insufficient_funds",
        ),
    ),
    Row("a card or a bank refuses", Meaning.NO, range(402, 403), known=("card_declined", "expired_card")),
    Row(
        "any other refusal; one of more than is left of the payment has no code",
        Meaning.NO,
        ANY_4XX,
        known=("parameter_invalid_integer", "parameter_missing", "parameter_unknown"),
    ),
    Row("any other status", Meaning.NO_ANSWER, ANY_STATUS),
)
# With this key nothing else would ever come: https://docs.stripe.com/api/idempotent_requests
SAVED = Row("any *no answer* with `Idempotent-Replayed: true`", Meaning.SAVED_ERROR, ANY_STATUS)


def row_for(heard: Heard) -> Row:
    """A refusal that was saved is as good as a new one, and stays a refusal."""
    row = next(each for each in ROWS if each.fits(heard))
    return SAVED if heard.is_replayed and row.meaning == Meaning.NO_ANSWER else row
