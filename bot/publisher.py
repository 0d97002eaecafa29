"""The publisher: the outbox on its way to Slack, one writer a channel, oldest first.

What is shown is read when it is sent. What goes out together stands in `bot/queueing.py`, how a message is
made and found again in `bot/posting.py` and `bot/lookback.py`, what Slack's refusals mean in
`bot/slack_errors.py`. No message keeps the others of its channel waiting: it is sent, put off, or given up by
name. Only the publisher writes cards.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.lookback import StillUnderWay, TooManyToLookThrough
from bot.pace import Pace
from bot.posting import Post, Poster, Withheld
from bot.queueing import POSTED, lane_of, together
from bot.settings import SlackSettings
from bot.slack_errors import Meaning, Refusal, refusal
from bot.watch import Watch
from store import outbox
from store.errors import StoreError
from store.records import OutboxKind, Outgoing
from store.sqlite import Database
from store.transaction import Transaction
from workflows import undelivered
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.patrol.surroundings import Uninstalled, Unread
from workflows.pauses import pause_after

log = structlog.get_logger()

LOOK_EVERY_S = 0.5
STORE_RETRY_S = 1.0
ROWS_MAX = 100
RETRY_FIRST, RETRY_FACTOR, RETRY_MAX = timedelta(seconds=1), 2, timedelta(minutes=5)
# With pauses up to five minutes that is about three hours, after which the message is given up by name.
ATTEMPTS_MAX = 50
# For a word of Slack's that we don't know, and for a message that can't be made: some six minutes.
UNKNOWN_ATTEMPTS_MAX = 10
# A slow-down counts as no try, but Slack may ask for ever: after so long in all a message is given up.
WAITED_MAX = timedelta(days=1)
# Why a message is given up whose answer was lost where too much was said since to look for it.
LOST = "lost_among_too_many_messages"


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
        self._paces: dict[tuple[str, frozenset[OutboxKind]], Pace] = {}
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
        if writer.cancelled():
            return
        if writer.exception() is not None:
            # A later look starts another one.
            log.error("writer_failed", channel=channel, exc_info=writer.exception())
        elif writer.result():
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
                group = together(rows)
                await self._send(group, self._pace_of(group[0]))
                sent = True
            except StoreError as error:
                log.error("publisher_store_failed", channel=channel, error=str(error))
                await asyncio.sleep(STORE_RETRY_S)

    def _pace_of(self, row: Outgoing) -> Pace:
        """Slack counts new messages, changes and whispers apart."""
        fresh = Pace(self._pace.messages_per_second, self._pace.burst)
        return self._paces.setdefault((row.channel, lane_of(row.kind)), fresh)

    async def _send(self, rows: Sequence[Outgoing], pace: Pace) -> None:
        try:
            posts = await self._poster.send(rows, pace.turn)
        except SlackApiError as error:
            await self._refused(rows, refusal(error))
        except StillUnderWay as under_way:
            await self._hold(rows, under_way.wait)
        except TooManyToLookThrough:
            await self._give_up(rows, LOST)
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
            await self._later(rows, repr(error), attempts_max=UNKNOWN_ATTEMPTS_MAX)
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
                if not post.refused:
                    outbox.mark_sent(tx, post.row, now)
                elif post.ts is None:
                    undelivered.give_up(tx, [post.row], post.refused, now)
                else:
                    # It is there, and its thread hangs under it; only nobody can decide in it.
                    outbox.mark_sent(tx, post.row, now)
                    undelivered.tell_requester(tx, post.row, post.refused, now)

        await self._database.write(work)

    async def _refused(self, rows: Sequence[Outgoing], refused: Refusal) -> None:
        code = refused.code
        match refused.meaning:
            case Meaning.SLOW_DOWN:
                await self._slow_down(rows, refused)
            case Meaning.SIMPLER | Meaning.NEVER | Meaning.NOBODY | Meaning.NOT_THERE:
                await self._give_up(rows, code)
            case Meaning.CARD:
                if await self._watch.card_gone(rows[0]):
                    await self._later(rows, code, sent=False)
                else:
                    await self._bury(rows, f"{outbox.WITHHELD}{code}")
            case Meaning.CHANNEL:
                if await self._watch.channel_changed_under(rows[0]):
                    await self._later(rows, code, sent=False)
                else:
                    await self._give_up(rows, code)
            case Meaning.UNINSTALLED | Meaning.NOT_OURS:
                self._watch.uninstalled()
                await self._later(rows, code, sent=False)
            case Meaning.LATER | Meaning.PLAN:
                await self._later(rows, code, sent=False)
            case Meaning.DOUBT:
                await self._later(rows, code)
            case Meaning.UNKNOWN:
                await self._later(rows, code, attempts_max=UNKNOWN_ATTEMPTS_MAX)

    async def _slow_down(self, rows: Sequence[Outgoing], refused: Refusal) -> None:
        """Slack took nothing and asks to wait: with messages of this kind in this channel, or with a look.

        It counts each method by itself, so all others go on. Being asked to wait is no failure, but it ends:
        after a day of it in all.
        """
        log.info("slack_asks_to_wait", channel=rows[0].channel, method=refused.method, pause_s=refused.wait_s)
        if timedelta(milliseconds=rows[0].waited_ms) >= WAITED_MAX:
            await self._give_up(rows, refused.code)
            return
        now = self._clock()
        until = now + timedelta(seconds=refused.wait_s)
        resting = lane_of(rows[0].kind) if refused.method.startswith("chat.") else frozenset()

        def work(tx: Transaction) -> None:
            for row in rows:
                outbox.slow_down(tx, row, now, until, refused.code)
            outbox.rest(tx, self._tenant, rows[0].channel, resting, now, until)

        await self._database.write(work)

    async def _give_up(self, rows: Sequence[Outgoing], code: str) -> None:
        """Slack will never take these: dead letters by name, and whoever asked hears of it directly."""
        log.error("message_undeliverable", tenant=self._tenant, run=rows[0].run, error=code)
        now = self._clock()
        await self._database.write(lambda tx: undelivered.give_up(tx, rows, code, now))

    async def _bury(self, rows: Sequence[Outgoing], why: str) -> None:
        """Given up on purpose: its requester is told another way."""

        def work(tx: Transaction) -> None:
            for row in rows:
                outbox.withhold(tx, row, why)

        await self._database.write(work)

    async def _hold(self, rows: Sequence[Outgoing], wait: timedelta) -> None:
        until = self._clock() + wait

        def work(tx: Transaction) -> None:
            for row in rows:
                if row.state == "sending":
                    outbox.hold(tx, row, until)

        await self._database.write(work)

    async def _later(
        self, rows: Sequence[Outgoing], error: str, *, sent: bool = True, attempts_max: int = ATTEMPTS_MAX
    ) -> None:
        """Another try after a pause. What may have been sent, and can be found, is looked for first."""
        # `attempts_max` is for what fails the same way again, not for what comes after other failures.
        limit = attempts_max if rows[0].error == error else ATTEMPTS_MAX
        if rows[0].attempts + 1 >= limit:
            await self._give_up(rows, error)
            return
        pause = pause_after(rows[0].attempts, RETRY_FIRST, RETRY_FACTOR, RETRY_MAX, rows[0].id)
        log.warning("message_delayed", tenant=self._tenant, run=rows[0].run, error=error, pause=str(pause))
        due_at = self._clock() + pause

        def work(tx: Transaction) -> None:
            for row in rows:
                if row.kind in POSTED and (sent or row.state == "sending"):
                    outbox.put_off(tx, row, due_at, error)
                else:
                    outbox.postpone(tx, row, due_at, error)

        await self._database.write(work)
