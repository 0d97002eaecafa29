"""Stripe's webhook: set up, or reading alone; and whether Stripe has an endpoint that sends what we take."""

from collections.abc import Sequence

import stripe

from bot.doctor.finding import Finding
from bot.settings import Environment
from bot.stripe_webhooks import REFUND_EVENTS, WEBHOOKS_PATH
from workflows.effects.stripe_access import StripeAccess
from workflows.effects.stripe_errors import PermissionMissing
from workflows.errors import Refused, Unanswered

# Of an endpoint with an API version before 2024-10-28, and of any later one.
ENOUGH = (frozenset(["refund.updated", "refund.failed"]), frozenset(["charge.refund.updated"]))
READING_ALONE = Finding(
    "Stripe webhook: none set up, so a refund that was made is read again after ten minutes, then ever more "
    "seldom, for 30 days. That is enough; docs/stripe.md says how to hear of it at once."
)


async def check_webhook(environment: Environment, access: StripeAccess) -> Sequence[Finding]:
    if environment.stripe_webhook_secret is None:
        return [READING_ALONE]
    address = f"http://{environment.signoff_http_host}:{environment.signoff_http_port}{WEBHOOKS_PATH}"
    taken = Finding(f"Stripe webhook: events are taken at {address}.")
    try:
        endpoints = await access.webhook_endpoints()
    except PermissionMissing as missing:
        lacks = f"that takes the permission {missing.permission}, which nothing else needs"
        return [taken, Finding(f"Stripe webhook: whether Stripe sends any could not be read; {lacks}.")]
    except (Refused, Unanswered):
        return [taken]  # the line about the key says why
    return [taken, judged(endpoints)]


def judged(endpoints: Sequence[stripe.WebhookEndpoint]) -> Finding:
    """Pure. By what it sends: the address Stripe knows may be a proxy's, so it is only told."""
    enabled = [each for each in endpoints if each.status == "enabled"]
    sending = [each for each in enabled if _sends_enough(each)]
    if sending:
        return Finding(f"Stripe webhook: Stripe sends refund events to {sending[0].url}.")
    wanted = ", ".join(sorted(REFUND_EVENTS - {"charge.refund.updated"}))
    disabled = next((each for each in endpoints if each.status != "enabled" and _sends_enough(each)), None)
    if disabled is not None:
        return Finding(
            f"Stripe webhook: the endpoint {disabled.url} is {disabled.status}, so Stripe sends nothing.",
            "Enable it in Stripe's Workbench, under Webhooks; until then refunds are only read again.",
        )
    return Finding(
        f"Stripe webhook: Stripe has no endpoint that is enabled and sends {wanted}.",
        "Add one in Stripe's Workbench, under Webhooks, or unset STRIPE_WEBHOOK_SECRET.",
    )


def _sends_enough(endpoint: stripe.WebhookEndpoint) -> bool:
    events = set(endpoint.enabled_events)
    return "*" in events or any(each <= events for each in ENOUGH)
