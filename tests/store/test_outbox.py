"""The outbox: each thing said once, replies after their root, and no way back from the dead."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from store import approvals, outbox
from store.errors import Stale
from store.outbox import NewOutgoing
from store.records import OutboxKind, Outgoing
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.seeds import APPROVAL, LATER, NOW, RUN, TENANT, running

CHANNEL = "C0REFUNDS"
ROOT = NewOutgoing(TENANT, RUN.id, OutboxKind.ROOT, CHANNEL)
STEP = NewOutgoing(TENANT, RUN.id, OutboxKind.STEP, CHANNEL, what="1", follows=ROOT.id)
ELSEWHERE = NewOutgoing(TENANT, RUN.id, OutboxKind.WHISPER, "C0GENERAL", body={"user": "U0RILEY"})

Move = Callable[[Transaction, Outgoing], None]

MOVES: dict[str, Move] = {
    "sending": lambda tx, row: outbox.mark_sending(tx, row, NOW),
    "sent": lambda tx, row: outbox.mark_sent(tx, row, NOW),
    "postponed": lambda tx, row: outbox.postpone(tx, row, LATER, "missing_scope"),
    "slowed down": lambda tx, row: outbox.slow_down(tx, row, NOW, LATER, "ratelimited"),
    "put off": lambda tx, row: outbox.put_off(tx, row, LATER, "timeout"),
    "dead": lambda tx, row: outbox.mark_dead(tx, row, "channel_not_found", NOW),
    "withheld": lambda tx, row: outbox.withhold(tx, row, f"{outbox.WITHHELD}channel_shared"),
}


@pytest.fixture
async def said(database: Database) -> Outgoing:
    """The root's row, with a step that follows it and something for another channel."""

    def work(tx: Transaction) -> Outgoing:
        running(tx, database.boot)
        assert [outbox.insert(tx, new, NOW) for new in (ROOT, STEP, ELSEWHERE)] == [True, True, True]
        return outbox.of_run(tx, TENANT, RUN.id)[0]

    return await database.write(work)


def waiting(tx: Transaction) -> list[str]:
    return [row.id for row in outbox.waiting(tx, TENANT, CHANNEL, NOW, 10)]


def state(tx: Transaction, id: str = ROOT.id) -> str:
    return next(row.state for row in outbox.of_run(tx, TENANT, RUN.id) if row.id == id)


async def test_the_same_thing_is_said_once(database: Database, said: Outgoing) -> None:
    assert await database.write(lambda tx: outbox.insert(tx, ROOT, LATER)) is False
    assert len(await database.read(lambda tx: outbox.of_run(tx, TENANT, RUN.id))) == 3


async def test_a_root_has_the_id_that_others_follow(said: Outgoing) -> None:
    assert said.id == ROOT.id == outbox.root_id(TENANT, RUN.id)


async def test_a_reply_waits_until_its_root_has_a_place_in_slack(database: Database, said: Outgoing) -> None:
    assert await database.read(waiting) == [ROOT.id]

    def posted(tx: Transaction) -> None:
        outbox.mark_sending(tx, said, NOW)
        outbox.mark_sent(tx, said, NOW)
        outbox.insert_message(tx, said, CHANNEL, "1793610000.000100", None, NOW)

    await database.write(posted)
    assert await database.read(waiting) == [STEP.id]


async def test_what_is_due_later_than_anything_is_put_off_is_due(database: Database, said: Outgoing) -> None:
    """The clock was put back since."""
    after = (timedelta(0), timedelta(hours=21), timedelta(hours=23), timedelta(days=1))

    def work(tx: Transaction) -> list[tuple[bool, bool]]:
        whisper = next(row for row in outbox.of_run(tx, TENANT, RUN.id) if row.id == ELSEWHERE.id)
        outbox.postpone(tx, whisper, NOW + timedelta(days=1), "503")
        return [
            (
                whisper.channel in outbox.waiting_channels(tx, TENANT, NOW + passed),
                bool(outbox.waiting(tx, TENANT, whisper.channel, NOW + passed, 10)),
            )
            for passed in after
        ]

    assert await database.write(work) == [(True, True), (True, True), (False, False), (True, True)]


async def test_what_another_clock_put_off_keeps_no_later_row_of_its_run_waiting(
    database: Database, said: Outgoing
) -> None:
    later = NewOutgoing(TENANT, RUN.id, OutboxKind.REPLY, CHANNEL, what="later")

    def work(tx: Transaction) -> list[list[str]]:
        assert outbox.insert(tx, later, NOW)
        found = []
        for until in (NOW + timedelta(minutes=5), NOW + timedelta(days=1)):
            outbox.postpone(tx, said, until, "503")
            found.append(waiting(tx))
        return found

    assert await database.write(work) == [[], [ROOT.id, later.id]]


async def test_what_another_clock_put_off_rests_when_slack_asks_for_it(
    database: Database, said: Outgoing
) -> None:
    def work(tx: Transaction) -> list[str]:
        outbox.postpone(tx, said, NOW + timedelta(days=1), "503")
        outbox.rest(tx, TENANT, CHANNEL, [OutboxKind.ROOT], NOW, NOW + timedelta(seconds=30))
        return waiting(tx)

    assert await database.write(work) == []


async def test_each_channel_is_its_own_queue(database: Database, said: Outgoing) -> None:
    channels = await database.read(lambda tx: outbox.waiting_channels(tx, TENANT, NOW))
    assert sorted(channels) == ["C0GENERAL", CHANNEL]
    assert await database.read(lambda tx: outbox.waiting_channels(tx, "T0ELSEWHERE", NOW)) == []
    before = NOW - timedelta(seconds=1)
    assert await database.read(lambda tx: outbox.waiting_channels(tx, TENANT, before)) == []


async def test_a_message_keeps_the_first_place_it_was_found_at(database: Database, said: Outgoing) -> None:
    for ts in ("1.0", "2.0"):
        await database.write(lambda tx, ts=ts: outbox.insert_message(tx, said, CHANNEL, ts, None, NOW))  # type: ignore[misc]  # bound early
    found = await database.read(lambda tx: outbox.message(tx, TENANT, ROOT.id))
    assert found is not None
    assert found.ts == "1.0"
    assert await database.read(lambda tx: outbox.message(tx, TENANT, STEP.id)) is None


@pytest.mark.parametrize("end", ["sent", "dead"])
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
async def test_what_is_sent_or_dead_stays_so(
    database: Database, said: Outgoing, end: str, move: Move
) -> None:
    await database.write(lambda tx: MOVES[end](tx, said))
    with pytest.raises(Stale):
        await database.write(lambda tx: move(tx, said))
    assert await database.read(state) == end


async def test_a_call_without_effect_is_due_again_later(database: Database, said: Outgoing) -> None:
    def work(tx: Transaction) -> Outgoing:
        outbox.mark_sending(tx, said, NOW)
        outbox.postpone(tx, said, LATER, "missing_scope")
        return outbox.of_run(tx, TENANT, RUN.id)[0]

    row = await database.write(work)
    assert (row.state, row.due_at, row.error, row.attempts) == ("due", LATER, "missing_scope", 1)
    assert await database.read(waiting) == []


async def test_a_slow_down_counts_as_no_try_and_what_is_in_doubt_stays_so(
    database: Database, said: Outgoing
) -> None:
    def work(tx: Transaction) -> list[tuple[str, int]]:
        found = []
        for _ in range(2):
            before = outbox.of_run(tx, TENANT, RUN.id)[0]
            outbox.mark_sending(tx, before, NOW)
            outbox.slow_down(tx, before, NOW, LATER, "ratelimited")
            row = outbox.of_run(tx, TENANT, RUN.id)[0]
            assert (row.due_at, row.error, row.attempts) == (LATER, "ratelimited", 0)
            found.append((row.state, row.waited_ms))
            outbox.mark_sending(tx, row, NOW)
        return found

    wait_ms = (LATER - NOW) // timedelta(milliseconds=1)
    assert await database.write(work) == [("due", wait_ms), ("sending", 2 * wait_ms)]


async def test_what_rests_has_waited_as_long_as_it_had_to_wait_longer(
    database: Database, said: Outgoing
) -> None:
    """However often it is told to rest, and not before it is due."""
    second = timedelta(seconds=1)

    def work(tx: Transaction) -> int:
        for n in (10, 20, 20, 15):
            outbox.rest(tx, TENANT, CHANNEL, [OutboxKind.ROOT], NOW + 5 * second, NOW + n * second)
        return outbox.of_run(tx, TENANT, RUN.id)[0].waited_ms

    assert await database.write(work) == 15_000


async def test_nothing_of_a_run_overtakes_what_has_to_wait(database: Database, said: Outgoing) -> None:
    """Another run's rows in the channel go on; its root comes before talk that was there earlier."""
    late, other = replace(ELSEWHERE, channel=CHANNEL, what="later"), replace(ROOT, run="run-2")

    def work(tx: Transaction) -> tuple[list[str], list[str]]:
        running(tx, database.boot, other.run)
        outbox.insert(tx, late, NOW)
        outbox.insert(tx, other, NOW)
        before = waiting(tx)
        outbox.postpone(tx, said, LATER, "missing_scope")
        return before, waiting(tx)

    assert await database.write(work) == ([ROOT.id, other.id, late.id], [other.id])


async def test_a_lost_answer_stays_in_doubt_so_that_it_is_looked_for_first(
    database: Database, said: Outgoing
) -> None:
    def work(tx: Transaction) -> None:
        outbox.mark_sending(tx, said, NOW)
        outbox.put_off(tx, said, LATER, "timeout")

    await database.write(work)
    assert await database.read(state) == "sending"
    assert await database.read(lambda tx: len(outbox.waiting(tx, TENANT, CHANNEL, LATER, 10))) == 1


async def test_what_was_never_sent_is_put_off_without_a_doubt(database: Database, said: Outgoing) -> None:
    await database.write(lambda tx: outbox.put_off(tx, said, LATER, "no form"))
    assert await database.read(state) == "due"
    assert await database.read(waiting) == []


async def test_a_kind_that_rests_waits_in_its_channel_alone_and_never_less_than_before(
    database: Database, said: Outgoing
) -> None:
    later_still = LATER + timedelta(minutes=1)
    card = replace(ROOT, kind=OutboxKind.CARD, run="run-2", follows=None)
    held = replace(ROOT, run="run-2")
    away = replace(ROOT, run="run-3", channel="C0GENERAL")

    def work(tx: Transaction) -> dict[str, object]:
        running(tx, database.boot, "run-2")
        running(tx, database.boot, "run-3")
        for new in (card, held, away):
            outbox.insert(tx, new, NOW)
        [found] = [row for row in outbox.of_run(tx, TENANT, "run-2") if row.id == held.id]
        outbox.postpone(tx, found, later_still, "missing_scope")
        outbox.rest(tx, TENANT, CHANNEL, [OutboxKind.ROOT, OutboxKind.STEP], NOW, LATER)
        rows = [row for run in (RUN.id, "run-2", "run-3") for row in outbox.of_run(tx, TENANT, run)]
        return {row.id: row.due_at for row in rows}

    due = await database.write(work)
    assert due == {
        ROOT.id: LATER,
        STEP.id: LATER,
        ELSEWHERE.id: NOW,
        card.id: NOW,
        held.id: later_still,
        away.id: NOW,
    }


async def test_a_dead_letter_is_known_by_its_time_and_what_only_follows_it_is_none(
    database: Database, said: Outgoing
) -> None:
    def work(tx: Transaction) -> list[tuple[str, str]]:
        outbox.mark_dead(tx, said, "msg_too_long", LATER)
        [elsewhere] = [row for row in outbox.of_run(tx, TENANT, RUN.id) if row.id == ELSEWHERE.id]
        outbox.withhold(tx, elsewhere, f"{outbox.WITHHELD}channel_shared")
        found = outbox.dead(tx, LATER, 10)
        assert outbox.dead(tx, LATER + timedelta(milliseconds=1), 10) == []
        assert [each.dead_at for each in found] == [LATER]
        return [(each.id, each.error) for each in found]

    assert await database.write(work) == [(ROOT.id, "msg_too_long")]


async def test_dead_letters_concern_who_asked_and_who_might_decide_and_nobody_else(
    database: Database, said: Outgoing
) -> None:
    await database.write(lambda tx: outbox.mark_dead(tx, said, "msg_too_long", NOW))

    async def told(user: str, names: tuple[str, ...], since: timedelta = timedelta(0)) -> int:
        found = await database.read(lambda tx: outbox.dead_for(tx, TENANT, user, names, NOW - since, 10))
        return len(found)

    assert await told(RUN.requester, ()) == 1
    assert await told("U0NOBODY", ("U0NOBODY",)) == 0
    assert await told(RUN.requester, (), since=-timedelta(days=1)) == 0
    policy: dict[str, object] = {"users": ["U0SAM"], "groups": ["S0LEADS"]}
    await database.write(lambda tx: approvals.insert(tx, replace(APPROVAL, policy=policy), NOW))
    assert [await told("U0SAM", ("U0SAM",)), await told("U0X", ("U0X", "S0LEADS"))] == [1, 1]
    assert await told("U0X", ("U0X", "S0OTHERS")) == 0


async def test_what_follows_a_dead_message_dies_with_it_and_nothing_else(
    database: Database, said: Outgoing
) -> None:
    await database.write(lambda tx: outbox.mark_dead(tx, said, "is_archived", NOW))
    found = await database.read(lambda tx: [state(tx, new.id) for new in (ROOT, STEP, ELSEWHERE)])
    assert found == ["dead", "dead", "due"]


async def test_what_was_sent_before_its_root_died_stays_sent(database: Database, said: Outgoing) -> None:
    def work(tx: Transaction) -> str:
        step = outbox.of_run(tx, TENANT, RUN.id)[1]
        outbox.mark_sent(tx, step, NOW)
        outbox.mark_dead(tx, said, "message_not_found", NOW)
        return state(tx, STEP.id)

    assert await database.write(work) == "sent"
