"""The publisher: the outbox on its way to Slack, one writer a channel, oldest first.

What is shown is read when it is sent. Steps of a run that wait are joined into one message; of several
changes to a card only the newest state goes out. A reply waits for its root. `chat.postMessage` takes no
idempotency key, so each post carries its outbox ids in `metadata`, and a post whose answer was lost is looked
for before it is posted again. Only the publisher writes cards.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.directory import UNINSTALLED
from bot.pace import Pace
from bot.posting import Post, Poster, StillUnderWay, Withheld
from bot.settings import SlackSettings
from bot.watch import Watch
from store import outbox
from store.errors import StoreError
from store.records import OutboxKind, Outgoing
from store.sqlite import Database
from store.transaction import Transaction
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.patrol.surroundings import Uninstalled, Unread
from workflows.pauses import pause_after

log = structlog.get_logger()

LOOK_EVERY_S = 0.5
STORE_RETRY_S = 1.0
ROWS_MAX = 100
RETRY_FIRST, RETRY_FACTOR, RETRY_MAX = timedelta(seconds=1), 2, timedelta(minutes=5)
SLOW_DOWN_MAX_S = 60.0
# With pauses up to five minutes that is about three hours, after which the message is given up by name.
ATTEMPTS_MAX = 50

# Slack did not do it and will not do it later: https://docs.slack.dev/reference/methods/chat.postMessage
PERMANENT = frozenset(
    [
        "cannot_dm_bot",
        "cant_update_message",
        "edit_window_closed",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "restricted_action",
        "user_not_found",
        "user_not_in_channel",
    ]
)
# What the patrol gets to the bottom of, while the message waits.
CHANNEL_CHANGED = frozenset(["channel_not_found", "is_archived", "not_in_channel"])
CARD_GONE = frozenset(["message_not_found", "thread_not_found"])


class Publisher:
    """`start`, then leave it alone."""

    def __init__(
        self,
        database: Database,
        poster: Poster,
        watch: Watch,
        tenant: str,
        pace: SlackSettings,
        clock: Clock,
        bells: Bells,
    ) -> None:
        self._watch = watch
        self._database = database
        self._poster = poster
        self._tenant = tenant
        self._pace = pace
        self._clock = clock
        self._bells = bells
        self._paces: dict[tuple[str, OutboxKind | None], Pace] = {}
        self._writers: dict[str, asyncio.Task[bool]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._bells.outbox.ring()  # what was left unsent before the start waits no longer
        self._loop = asyncio.create_task(self._serve(), name="publisher")

    async def stop(self) -> None:
        tasks = [task for task in (self._loop, *self._writers.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self) -> None:
        while True:
            await self._bells.outbox.wait(LOOK_EVERY_S)
            try:
                await self._look()
            except StoreError as error:
                log.error("publisher_store_failed", tenant=self._tenant, error=str(error))
                await asyncio.sleep(STORE_RETRY_S)

    async def _look(self) -> None:
        if self._watch.installation.lost:
            return  # what waits goes out once we are back
        now = self._clock()
        channels = await self._database.read(partial(outbox.waiting_channels, tenant=self._tenant, now=now))
        for channel in channels:
            if channel not in self._writers:
                writer = asyncio.create_task(self._empty(channel), name=f"publisher {channel}")
                self._writers[channel] = writer
                writer.add_done_callback(partial(self._emptied, channel))

    def _emptied(self, channel: str, writer: "asyncio.Task[bool]") -> None:
        del self._writers[channel]
        if not writer.cancelled() and writer.result():
            self._bells.outbox.ring()  # something may have come while the last message went out

    async def _empty(self, channel: str) -> bool:
        """Sends what may go out now, and tells whether that was anything. The rest waits for a later look."""
        sent = False
        while True:
            now = self._clock()
            look = partial(outbox.waiting, tenant=self._tenant, channel=channel, now=now, limit=ROWS_MAX)
            try:
                rows = await self._database.read(look)
                if not rows or self._watch.installation.lost:
                    return sent
                group = _together(rows)
                await self._send(group, self._pace_of(group[0]))
                sent = True
            except StoreError as error:
                log.error("publisher_store_failed", channel=channel, error=str(error))
                await asyncio.sleep(STORE_RETRY_S)

    def _pace_of(self, row: Outgoing) -> Pace:
        """Slack counts new messages, changes and whispers apart."""
        lane = row.kind if row.kind in (OutboxKind.CARD, OutboxKind.WHISPER) else None
        fresh = Pace(self._pace.messages_per_second, self._pace.burst)
        return self._paces.setdefault((row.channel, lane), fresh)

    async def _send(self, rows: Sequence[Outgoing], pace: Pace) -> None:
        try:
            posts = await self._poster.send(rows, pace.turn)
        except SlackApiError as error:
            await self._refused(rows, error)
        except StillUnderWay as under_way:
            await self._hold(rows, under_way.until)
        except Withheld as withheld:
            await self._bury(rows, f"{outbox.WITHHELD}{withheld.why}")
        except Unread as unread:
            await self._later(rows, unread.why, sent=False)
        except Uninstalled as gone:
            self._watch.uninstalled()
            await self._later(rows, gone.code, sent=False)
        except aiohttp.ClientConnectorError as error:
            await self._later(rows, repr(error), sent=False)
        except (aiohttp.ClientError, TimeoutError) as error:
            # Sent or not: nobody knows. The rows stay `sending` and are looked for first.
            await self._later(rows, repr(error))
        except StoreError:
            raise
        except Exception as error:
            # One message that can't be made must not keep the others of its channel.
            log.exception("message_failed", tenant=self._tenant, run=rows[0].run)
            await self._later(rows, repr(error))
        else:
            await self._sent(posts)

    async def _sent(self, posts: Sequence[Post]) -> None:
        now = self._clock()

        def work(tx: Transaction) -> None:
            for post in posts:
                if post.ts is not None:
                    outbox.insert_message(tx, post.row, post.channel, post.ts, post.shown, now)
                elif post.row.follows and post.shown:
                    outbox.card_shown(tx, post.row.tenant, post.row.follows, post.shown)
                outbox.mark_sent(tx, post.row, now)

        await self._database.write(work)

    async def _refused(self, rows: Sequence[Outgoing], error: SlackApiError) -> None:
        code = str(error.response.get("error", "unknown"))
        if error.response.status_code == 429 or code == "ratelimited":
            await self._slow_down(rows, float(error.response.headers.get("Retry-After", 1)))
        elif code in PERMANENT:
            await self._give_up(rows, code)
        elif code in CARD_GONE:
            if await self._watch.card_gone(rows[0]):
                await self._later(rows, code, sent=False)
            else:
                await self._bury(rows, f"{outbox.WITHHELD}{code}")
        elif code in CHANNEL_CHANGED:
            if await self._watch.channel_changed_under(rows[0]):
                await self._later(rows, code, sent=False)
            else:
                await self._give_up(rows, code)
        elif code in UNINSTALLED:
            self._watch.uninstalled()
            await self._later(rows, code, sent=False)
        else:
            await self._later(rows, code)

    async def _slow_down(self, rows: Sequence[Outgoing], pause_s: float) -> None:
        """Slack took nothing and asks the whole channel to wait, so the channel's writer does."""
        log.info("slack_asks_to_wait", tenant=self._tenant, channel=rows[0].channel, pause_s=pause_s)
        now = self._clock()

        def work(tx: Transaction) -> None:
            for row in rows:
                # An earlier post in doubt stays so: it may have been the look for it that was slowed down.
                if row.state != "sending":
                    outbox.postpone(tx, row, now, "ratelimited", failed=False)

        await self._database.write(work)
        await asyncio.sleep(min(pause_s, SLOW_DOWN_MAX_S))

    async def _give_up(self, rows: Sequence[Outgoing], code: str) -> None:
        """Slack will never take these: the person who asked hears of it directly, and the row is dead."""
        log.error("message_undeliverable", tenant=self._tenant, run=rows[0].run, error=code)
        try:
            await self._poster.tell_requester(rows[0], code)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.error("requester_unreachable", tenant=self._tenant, run=rows[0].run, error=str(error))

        await self._bury(rows, code)

    async def _bury(self, rows: Sequence[Outgoing], code: str) -> None:
        def work(tx: Transaction) -> None:
            for row in rows:
                outbox.mark_dead(tx, row, code)

        await self._database.write(work)

    async def _hold(self, rows: Sequence[Outgoing], until: datetime) -> None:
        def work(tx: Transaction) -> None:
            for row in rows:
                if row.state == "sending":
                    outbox.hold(tx, row, until)

        await self._database.write(work)

    async def _later(self, rows: Sequence[Outgoing], error: str, *, sent: bool = True) -> None:
        """Another try after a pause. What may have been sent, and can be found, is looked for first."""
        if rows[0].attempts + 1 >= ATTEMPTS_MAX:
            await self._give_up(rows, error)
            return
        pause = pause_after(rows[0].attempts, RETRY_FIRST, RETRY_FACTOR, RETRY_MAX, rows[0].id)
        log.warning("message_delayed", tenant=self._tenant, run=rows[0].run, error=error, pause=str(pause))
        now = self._clock()
        due_at = now + pause

        def work(tx: Transaction) -> None:
            for row in rows:
                if row.kind in POSTED and (sent or row.state == "sending"):
                    outbox.mark_sending(tx, row, now)
                    outbox.doubt(tx, row, due_at, error)
                else:
                    outbox.postpone(tx, row, due_at, error, failed=True)

        await self._database.write(work)


# Kinds that make a new message which can be found again. A card is changed, a whisper leaves no trace:
# both may simply be sent once more.
POSTED = frozenset([OutboxKind.ROOT, OutboxKind.STEP, OutboxKind.ASK, OutboxKind.REPLY])


def _together(rows: Sequence[Outgoing]) -> Sequence[Outgoing]:
    """The first row, with those that go out with it: later steps up to the run's next other message, or
    every change to the same card."""
    first = rows[0]
    if first.kind == OutboxKind.CARD:
        return [row for row in rows if row.kind == OutboxKind.CARD and row.run == first.run]
    group = [first]
    if first.kind == OutboxKind.STEP:
        for row in (each for each in rows[1:] if each.run == first.run and each.kind != OutboxKind.CARD):
            if row.kind != OutboxKind.STEP:
                break
            group.append(row)
    return group
