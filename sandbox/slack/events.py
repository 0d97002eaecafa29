"""Events the app subscribed to, told beside whatever people do: repeated once, at once, and then lost."""

import asyncio
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.workspace import Workspace

ATTEMPTS_MAX = 2

Document = dict[str, Any]


class Events:
    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries
        self._telling: set[asyncio.Task[None]] = set()

    def tell_subscribers(self, event: Document, summary: str) -> None:
        """An app that did not subscribe to its type never hears of it."""
        if event["type"] in self._workspace.manifest.events:
            self.tell(event, summary)

    def tell(self, event: Document, summary: str) -> None:
        """Nothing waits for it."""
        told = {"event_ts": self._workspace.messages.next_ts(), **event}
        task = asyncio.create_task(self._deliver(told, summary))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        for task in [*self._telling]:
            task.cancel()

    async def _deliver(self, event: Document, summary: str) -> None:
        payload = payloads.event(event, self._workspace.clock.now())
        for _ in range(ATTEMPTS_MAX):
            if (await self._deliveries.deliver("events_api", event["type"], payload, summary)).ok:
                return
