"""What an API key may do at Stripe, asked without reading or changing anything of anyone's."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import stripe

from workflows.effects.stripe_errors import KEY_REFUSED, PermissionMissing, answered
from workflows.errors import Refused

# Nothing has such an id: whoever may read is told that it does not exist, whoever may not is told so first.
NOTHING = "signoff_doctor"
ENDPOINTS_MAX = 100


class StripeAccess:
    """Raises Unanswered when Stripe can't be reached, Refused for a key Stripe does not take."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def account(self) -> str:
        """The account's name and id. A restricted key may not read it: Refused."""
        found = await answered(self._client.v1.accounts.retrieve_current_async())
        name = found.business_profile.name if found.business_profile else None
        return f"{name} ({found.id})" if name else found.id

    async def account_id(self) -> str:
        """A restricted key may not read it: Refused."""
        return (await answered(self._client.v1.accounts.retrieve_current_async())).id

    async def webhook_endpoints(self) -> Sequence[stripe.WebhookEndpoint]:
        """Where Stripe sends events to, the newest hundred. Refused (PermissionMissing) for most keys."""
        page = await answered(self._client.v1.webhook_endpoints.list_async({"limit": ENDPOINTS_MAX}))
        return page.data

    async def lacking(self) -> Sequence[str]:
        """The permissions a restricted key lacks, as the dashboard names them."""
        v1 = self._client.v1
        lacks = await asyncio.gather(
            _lack(v1.payment_intents.retrieve_async(f"pi_{NOTHING}")),
            _lack(v1.charges.retrieve_async(f"ch_{NOTHING}")),
            # Without a payment there is nothing to refund; permissions are looked at before that.
            _lack(v1.refunds.create_async({})),
            _lack(v1.customers.retrieve_async(f"cus_{NOTHING}")),
            _lack(v1.disputes.list_async({"limit": 1})),
        )
        return list(dict.fromkeys(each for each in lacks if each is not None))


async def _lack(call: Awaitable[Any]) -> str | None:
    try:
        await answered(call)
    except PermissionMissing as missing:
        return missing.permission
    except Refused as refused:
        if refused.code == KEY_REFUSED:
            raise
    return None
