"""A double on a real socket with stripe-python's own client before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import stripe
from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inspector import Inspector
from sandbox.storage import Storage
from sandbox.stripe.api import StripeDouble

API_KEY = "sk_test_sandbox"


@dataclass
class Bench:
    """`client` is stripe-python without retries; `http` speaks to the same double raw, with the same key."""

    double: StripeDouble
    clock: Clock
    faults: Faults
    address: str
    client: stripe.StripeClient
    http: httpx.AsyncClient

    async def refund(self, payment: str, amount: int | None = None, key: str | None = None) -> stripe.Refund:
        params: stripe.params.RefundCreateParams = {"payment_intent": payment}
        if amount is not None:
            params["amount"] = amount
        return await self.client.v1.refunds.create_async(params, {"idempotency_key": key} if key else {})

    async def charge(self, id: str) -> stripe.Charge:
        return await self.client.v1.charges.retrieve_async(id)

    def refunds_of(self, payment: str) -> list[dict[str, Any]]:
        return [it for it in self.double.snapshot()["refunds"] if it["payment_intent"] == payment]

    def attempts(self) -> list[dict[str, Any]]:
        attempts: list[dict[str, Any]] = self.double.snapshot()["attempts"]
        return attempts


@asynccontextmanager
async def open_bench(
    home: Path, api_key: str = API_KEY, webhook_port: int | None = None
) -> AsyncIterator[Bench]:
    storage, clock, faults = Storage(home / "sandbox.db"), Clock(home / "clock-offset"), Faults()
    double = StripeDouble(storage, clock, faults, Inspector(clock, Changes()), webhook_port)
    app = web.Application()
    double.register(app)
    double.start()
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/stripe"
    # Loopback is plain HTTP; not preparing TLS for each test saves most of its time.
    transport = stripe.HTTPXClient(verify_ssl_certs=False)
    client = stripe.StripeClient(
        api_key, base_addresses={"api": address}, max_network_retries=0, http_client=transport
    )
    headers = {"Authorization": f"Bearer {api_key}"}
    try:
        async with httpx.AsyncClient(base_url=address, headers=headers, verify=False) as http:
            yield Bench(double, clock, faults, address, client, http)
    finally:
        await transport.close_async()  # type: ignore[no-untyped-call]  # untyped in stripe-python
        await double.stop()
        await runner.cleanup()
        storage.close()
