"""What Slack sends the app, whichever way: acknowledged in time or not, and spoiled by ordered faults."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.faults import Fault, Faults
from sandbox.inspector import Inspector

Document = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """What became of a payload: acknowledged within the time Slack gives, with `payload`, or why not."""

    ok: bool
    ack_ms: float | None = None
    payload: Any = None
    error: str | None = None


class Carrier(Protocol):
    """A way to the app: Socket Mode, or signed HTTP."""

    @property
    def is_open(self) -> bool:
        """Whether the app takes payloads."""
        ...

    async def carry(self, kind: str, payload: Document, *, copies: int, deadline_s: float) -> Delivery:
        """Hands over a payload of an envelope's `kind` (`interactive`, …), and waits for its ack.

        `deadline_s` is in `time.monotonic()`.
        """
        ...

    def fall_silent(self) -> None:
        """The connections there are stay open, and nothing is said on them any more."""
        ...

    async def close_all(self) -> None:
        """Cuts every connection; what was not acknowledged never will be."""
        ...


class Deliveries:
    """One that is not acknowledged is never repeated."""

    def __init__(self, carrier: Carrier, faults: Faults, inspector: Inspector, ack_timeout_s: float) -> None:
        self._carrier = carrier
        self._faults = faults
        self._inspector = inspector
        self._ack_timeout_s = ack_timeout_s
        self._late: set[asyncio.Task[Delivery]] = set()

    async def deliver(self, kind: str, name: str, payload: Document, summary: str) -> Delivery:
        """`name` is what faults are ordered by: the payload's own type."""
        fault = self._faults.take("delivery", name)
        started_s = time.monotonic()
        delivery = await self._deliver_with(fault, kind, payload)
        outcome = "acked" if delivery.ok else delivery.error or ""
        took_ms = (time.monotonic() - started_s) * 1000
        body = {"payload": payload, "ack": delivery.payload, "fault": fault.action if fault else None}
        self._inspector.note("to_bot", name, summary, body, delivery.ack_ms or took_ms, outcome)
        return delivery

    def cancel_late(self) -> None:
        """What was still to come late never comes."""
        for task in [*self._late]:
            task.cancel()

    async def _deliver_with(self, fault: Fault | None, kind: str, payload: Document) -> Delivery:
        deadline_s = time.monotonic() + self._ack_timeout_s
        action = fault.action if fault else None
        if action == "down":
            return Delivery(ok=False, error="dispatch_failed")
        if fault and action == "delay" and fault.delay_ms / 1000 >= self._ack_timeout_s:
            task = asyncio.create_task(self._carry_late(fault.delay_ms / 1000, kind, payload))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            action = "drop"
        elif fault and action == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if action == "silence":
            self._carrier.fall_silent()
        if action in ("drop", "silence"):
            await asyncio.sleep(self._ack_timeout_s)
            return Delivery(ok=False, error="app_did_not_respond")
        copies = 2 if action == "repeat" else 1
        delivery = await self._carrier.carry(kind, payload, copies=copies, deadline_s=deadline_s)
        if action == "lose_answer" and delivery.ok:
            await asyncio.sleep(max(0.0, deadline_s - time.monotonic()))
            return Delivery(ok=False, error="app_did_not_respond")
        return delivery

    async def _carry_late(self, delay_s: float, kind: str, payload: Document) -> Delivery:
        await asyncio.sleep(delay_s)
        deadline_s = time.monotonic() + self._ack_timeout_s
        return await self._carrier.carry(kind, payload, copies=1, deadline_s=deadline_s)
