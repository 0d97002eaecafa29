"""Stripe's key: that Stripe takes it, test or live, and what a restricted one may do."""

from collections.abc import Sequence

from bot.doctor.finding import Finding
from workflows.effects.stripe_access import StripeAccess
from workflows.effects.stripe_permissions import missing
from workflows.errors import Refused, Unanswered

RESTRICTED = "rk_"
SILENT = Finding("Stripe did not answer.", "Look at the network, and at https://status.stripe.com.")


async def check_stripe(access: StripeAccess, key: str, *, live: bool) -> Sequence[Finding]:
    kind = "live" if live else "test"
    try:
        if not key.startswith(RESTRICTED):
            account = await access.account()
            return [
                Finding(f"Stripe: a secret {kind} key of {account}; a restricted one could do less harm.")
            ]
        lacking = await access.lacking()
    except Refused as refused:
        return [key_refused(refused.text)]
    except Unanswered:
        return [SILENT]
    if lacking:
        return [
            Finding(
                f"STRIPE_API_KEY: {missing(each)}",
                "Add it to the same key in Stripe's dashboard; docs/stripe.md names them all.",
            )
            for each in lacking
        ]
    return [Finding(f"Stripe: a restricted {kind} key with every permission Signoff needs.")]


def key_refused(reason: str) -> Finding:
    return Finding(
        f"STRIPE_API_KEY: Stripe refused it: {reason.rstrip('.')}.",
        "Take a key from Stripe's dashboard, as docs/stripe.md describes.",
    )
