"""The publisher with all it needs, wired as `bot/bootstrap.py` does it, and runs with something to say."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.directory import SlackDirectory
from bot.posting import Poster
from bot.publisher import Publisher
from bot.settings import SlackSettings
from bot.slack_client import SlackClient
from bot.slack_clock import SlackClock
from bot.surroundings import SlackSurroundings
from bot.watch import Watch
from sandbox.slack.cast import BOT_TOKEN
from store import approvals, outbox, runs
from store.approvals import NewApproval
from store.outbox import NewOutgoing
from store.records import OutboxKind, Outgoing
from store.runs import NewRun
from store.sqlite import Database
from store.transaction import Transaction
from tests.sandbox.conftest import Place
from tests.unit.views import stories
from workflows import announce
from workflows.bells import Bells
from workflows.gates import GateRequest
from workflows.patrol.installation import Installation
from workflows.patrol.patrol import Patrol
from workflows.workflow import Registry

TENANT, CHANNEL, ELSEWHERE, RILEY = "T0SANDBOX", "C0REFUNDS", "C0GENERAL", "U0RILEY"
WAIT_S = 60.0
Json = dict[str, Any]


class Desk:
    """`open` it, give it runs, `start` it, and move its clock, which is the sandbox's as well."""

    def __init__(self, place: Place, file: Path) -> None:
        self.place = place
        self.file = file
        self._offset = timedelta(0)
        # How wrong the machine's clock is: Slack's is right.
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.place.sandbox.clock.now(), UTC) + self.wrong_by

    async def open(self) -> None:
        self.database = await Database.open(self.file, self.now())
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2))
        self.slack_clock = SlackClock(self.now)
        self.client = SlackClient(
            heard=self.slack_clock.heard,
            token=BOT_TOKEN,
            base_url=f"{self.place.settings.address}/slack/api/",
            session=self.http,
            retry_handlers=[],
        )
        self.bells = Bells()
        installation = Installation(self.bells)
        directory = SlackDirectory(self.client, TENANT, [], self.now, installation)
        surroundings = SlackSurroundings(self.client, TENANT, directory, self.now, shared_channels=False)
        patrol = Patrol(self.database, surroundings, installation, TENANT, self.now, self.bells)
        watch = Watch(self.database, patrol, surroundings, directory, installation)
        poster = Poster(self.client, self.database, Registry([]), patrol, self.slack_clock)
        pace = SlackSettings(messages_per_second=1000, burst=1000)
        self.publisher = Publisher(self.database, poster, watch, TENANT, pace, self.now, self.bells)

    async def close(self) -> None:
        await self.publisher.stop()
        await self.database.close()
        await self.http.close()

    async def restart(self) -> None:
        """As after a death: what was under way in memory is gone."""
        await self.close()
        await self.open()
        self.publisher.start()

    async def run(self, id: str, channel: str = CHANNEL) -> None:
        """A run with its root to be posted."""

        def work(tx: Transaction) -> None:
            now = self.now()
            runs.insert(tx, NewRun(TENANT, id, id, "1", {}, RILEY, channel, channel), now)
            announce.root(tx, TENANT, id, channel, now)

        await self.database.write(work)
        self.bells.outbox.ring()

    async def posted(self, id: str) -> None:
        """A run whose root is there. Starts the publisher, which must not run yet."""
        await self.run(id)
        self.publisher.start()
        await self.ends_as("sent", id)

    async def ask(self, id: str, asks: GateRequest) -> None:
        """Its question: the root that is there becomes a card, and a reply calls those who may decide."""
        await self.database.write(lambda tx: self._ask(tx, id, asks, self.now()))
        self.bells.outbox.ring()

    def _ask(self, tx: Transaction, id: str, asks: GateRequest, now: datetime) -> None:
        effects = [each.model_dump(mode="json") for each in asks.effects]
        approvals.insert(
            tx,
            NewApproval(
                tenant=TENANT,
                id=f"apr-{id}",
                run=id,
                gate="gate",
                discriminator="",
                epoch=0,
                request=asks.model_dump(mode="json"),
                effects=effects,
                digest=stories.DIGEST,
                facts={},
                policy={"users": ["U0SAM"]},
                expires_at=now + timedelta(hours=72),
            ),
            now,
        )
        run = runs.get(tx, TENANT, id)
        assert run is not None
        announce.card_changed(tx, run, "asked", now)
        announce.question(tx, run, f"apr-{id}", now)

    async def say(self, run: str, kind: OutboxKind, what: str, channel: str = CHANNEL, **body: object) -> str:
        """Another row of a run; a reply under its root, unless it is a whisper."""
        follows = None if kind == OutboxKind.WHISPER else outbox.root_id(TENANT, run)
        new = NewOutgoing(TENANT, run, kind, channel, what, follows, body)
        await self.database.write(lambda tx: outbox.insert(tx, new, self.now()))
        self.bells.outbox.ring()
        return new.id

    async def fault(self, action: str, method: str = "chat.postMessage", **more: object) -> None:
        answer = await self.place.post("/drive/fault", target="slack", action=action, method=method, **more)
        assert answer["ok"], answer

    async def move(self, seconds: float) -> None:
        assert (await self.place.post("/drive/clock", advance_s=seconds))["ok"]
        self.bells.outbox.ring()

    async def rows(self, run: str) -> Sequence[Outgoing]:
        return await self.database.read(lambda tx: outbox.of_run(tx, TENANT, run))

    async def row(self, run: str, kind: OutboxKind = OutboxKind.ROOT) -> Outgoing:
        return next(each for each in await self.rows(run) if each.kind == kind)

    async def messages(self, about: str, channel: str = CHANNEL) -> list[Json]:
        """Root messages in a channel, or all in a direct conversation, that speak of a run by its name."""
        found = (await self.place.state())["messages"]
        return [
            each
            for each in found
            if each["channel"] == channel and not each["thread_ts"] and about in each["text"]
        ]

    async def thread(self, root: Json) -> list[Json]:
        found = (await self.place.state())["messages"]
        return [each for each in found if each["thread_ts"] == root["ts"]]

    def calls(self, method: str) -> list[Json]:
        """The arguments of each call of a method so far, the first of them first."""
        noted = self.place.sandbox.inspector.since(0)
        return [each["body"]["arguments"] for each in noted if each["kind"] == method]

    async def until(self, look: Callable[[], Any], what: str, step_s: float = 0.0) -> Any:
        """Waits for something true; with `step_s` the clock runs meanwhile."""
        async with asyncio.timeout(WAIT_S):
            while True:
                found = await look()
                if found:
                    return found
                if step_s:
                    await self.move(step_s)
                await asyncio.sleep(0.02)

    async def ends_as(
        self, state: str, run: str, kind: OutboxKind = OutboxKind.ROOT, step_s: float = 0
    ) -> Outgoing:
        async def look() -> Outgoing | None:
            row = await self.row(run, kind)
            return row if row.state == state else None

        row: Outgoing = await self.until(look, f"{kind} of {run} to be {state}", step_s)
        return row

    async def shown(self, about: str, channel: str = CHANNEL, step_s: float = 0) -> Json:
        async def look() -> Json | None:
            found = await self.messages(about, channel)
            return found[-1] if found else None

        found: Json = await self.until(look, f"a message about {about}", step_s)
        return found
