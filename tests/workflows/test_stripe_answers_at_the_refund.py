"""Each answer of Stripe's at the refund: what is read, what is called again, how it ends. As the docs say."""

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import pytest

from store.records import Effect, EffectState, OutboxKind, Run, RunStatus
from tests.unit.workflows.test_stripe_answers import shown_after
from tests.workflows.house import House
from tests.workflows.stripe_line import Reply, StripeLine, error, paying_back, refund
from workflows.effects.ledger import UNANSWERED_MAX
from workflows.effects.stripe_answers import ROWS, SAVED, Heard, Meaning, Row, row_for

HTML = Reply(403, "<html>403 Forbidden</html>")
LOCKED = error(429, "invalid_request_error", "lock_timeout", Retry_After="30")
# By the line of the table that takes it.
REPLIES: Mapping[str, Reply] = {
    ROWS[0].answer: Reply(0),
    ROWS[1].answer: Reply(200, "<html>"),
    ROWS[2].answer: Reply(302, "{}"),
    ROWS[3].answer: HTML,
    ROWS[4].answer: error(500, "api_error"),
    ROWS[5].answer: error(409, "invalid_request_error", "idempotency_key_in_use"),
    ROWS[6].answer: LOCKED,
    ROWS[7].answer: error(400, "invalid_request_error", "rate_limit"),
    ROWS[8].answer: error(400, "invalid_request_error", Stripe_Should_Retry="true"),
    ROWS[9].answer: error(400, "idempotency_error"),
    ROWS[10].answer: error(401, "invalid_request_error"),
    ROWS[11].answer: error(403, "invalid_request_error"),
    ROWS[12].answer: error(404, "invalid_request_error", "resource_missing"),
    ROWS[13].answer: error(400, "invalid_request_error", "charge_already_refunded"),
    ROWS[14].answer: error(402, "card_error", "card_declined"),
    ROWS[15].answer: error(400, "invalid_request_error"),
    ROWS[16].answer: error(600, "api_error"),
    SAVED.answer: error(500, "api_error", Idempotent_Replayed="true"),
}


async def approved(house: House, line: StripeLine) -> str:
    """A run whose refund may be made now."""
    house.others = [line.refunds]
    await house.install(paying_back())
    run = await house.asked("paying_back")
    await house.approve(run)
    return run


async def drive_when_due(house: House, run: str) -> Run:
    house.time.now = max((await house.run(run)).due_at or house.time(), house.time())
    await house.drive()
    return await house.run(run)


async def effect_of(house: House, run: str) -> Effect:
    [effect] = await house.effects_of(run)
    return effect


@pytest.mark.parametrize("row", [*ROWS, SAVED], ids=lambda row: row.answer)
async def test_what_the_docs_say_of_an_answer_is_what_happens(house: House, row: Row) -> None:
    line = StripeLine()
    line.answer = REPLIES[row.answer]
    run = await approved(house, line)
    await house.drive()
    first = list(line.said)
    once = await house.run(run)
    if once.status == RunStatus.QUEUED:
        await drive_when_due(house, run)
        house.time.move(UNANSWERED_MAX)
        await drive_when_due(house, run)
    assert line.said.count("read") >= 1
    state = (await effect_of(house, run)).state
    measured = (
        _read_first(line.said),
        _again(line.keys),
        f"`{state}`" + (" after 20 h" if len(line.keys) > 1 else ""),
    )
    assert measured == _said_of(row.meaning)
    assert first[0] == line.keys[0], "before the first call there is nothing to be read"
    assert len(line.marks) == len(line.keys)
    assert len(set(line.marks)) == 1


def _said_of(meaning: Meaning) -> tuple[str, ...]:
    lines = [line.strip("|").split("|") for line in shown_after("| what it means | read first")]
    [cells] = [cells for cells in lines if cells[0].strip() == meaning]
    return tuple(cell.strip() for cell in cells[1:])


def _read_first(said: list[str]) -> str:
    """Whether each call but the first comes after a read that comes after the call before it."""
    blind = any(one != "read" and other != "read" for one, other in pairwise(said))
    return "no" if blind else "yes"


def _again(keys: list[str]) -> str:
    if len(keys) == 1:
        return "no"
    return "with the same key" if len(set(keys)) == 1 else "with its next key"


async def test_stripe_is_left_alone_for_as_long_as_it_asks(house: House) -> None:
    line = StripeLine()
    line.answer = LOCKED
    run = await approved(house, line)
    await house.drive()
    due_at = (await house.run(run)).due_at
    assert due_at is not None
    assert timedelta(seconds=30) <= due_at - house.time() <= timedelta(seconds=38)


async def test_a_refund_that_was_made_under_an_odd_answer_is_adopted(house: House) -> None:
    """The key was used otherwise, says Stripe; and a read finds our refund."""
    line = StripeLine()
    line.answer = Reply(0)
    run = await approved(house, line)
    await house.drive()
    line.answer = error(400, "idempotency_error")
    line.listed = [refund(line.marks[0])]
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(line.keys) == 1


ELSEWHERE = {"payment_intent": "pi_43", "charge": "ch_43"}
OTHERS = {
    "of another payment": (ELSEWHERE, "is a refund of pi_43, not of pi_42"),
    "of no payment": ({"payment_intent": None, "charge": None}, "is a refund of no payment, not of pi_42"),
    "of another amount": ({"amount": 2600}, "is of 26.00 USD, not of 25.00 USD"),
    "in another currency": ({"currency": "eur"}, "is of 25.00 EUR, not of 25.00 USD"),
    "of another amount, and failed": ({"amount": 1, "status": "failed"}, "is of 0.01 USD, not of 25.00 USD"),
    "pending, of another payment": ({**ELSEWHERE, "status": "pending"}, "is a refund of pi_43, not of pi_42"),
    "of another payment and amount": ({**ELSEWHERE, "amount": 1}, "of pi_42 and is of 0.01 USD, not"),
}


@pytest.mark.parametrize(("changed", "said"), OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("when", ["called", "read"])
async def test_a_refund_that_is_not_the_one_that_was_meant_is_never_taken_for_it(
    house: House, changed: dict[str, object], said: str, when: str
) -> None:
    line = StripeLine()
    if when == "read":
        line.answer = Reply(0)
    line.changed = changed
    run = await approved(house, line)
    await house.drive()
    if when == "read":
        line.listed = [refund(line.marks[0], **changed)]
        await drive_when_due(house, run)
    effect, waits = await effect_of(house, run), await house.run(run)
    assert (effect.state, effect.external_id) == (EffectState.UNKNOWN, None)
    assert effect.outcome is not None
    assert effect.outcome["code"] == "outcome_mismatch"
    assert str(effect.outcome["text"]).startswith("Stripe answers with refund re_1, which ")
    assert said in str(effect.outcome["text"])
    assert (waits.status, (await house.pending(run)).gate) == (RunStatus.WAITING, "signoff.outcome")
    assert len(line.keys) == 1


async def test_a_refund_without_our_mark_is_not_taken_for_ours(house: House) -> None:
    """Somebody between us and Stripe mixes up its answers."""
    line = StripeLine()
    line.changed = {"metadata": {"signoff_effect": "of another"}}
    run = await approved(house, line)
    await house.drive()
    effect = await effect_of(house, run)
    assert effect.state == EffectState.UNKNOWN
    assert effect.outcome is not None
    assert "which does not carry this effect's mark" in str(effect.outcome["text"])


async def test_two_refunds_with_one_mark_are_left_to_a_person_though_one_is_of_something_else(
    house: House,
) -> None:
    line = StripeLine()
    line.answer = Reply(0)
    run = await approved(house, line)
    await house.drive()
    mark = line.marks[0]
    line.listed = [refund(mark), refund(mark, id="re_2", amount=1)]
    await drive_when_due(house, run)
    effect = await effect_of(house, run)
    assert (effect.state, effect.outcome) == (
        EffectState.UNKNOWN,
        {"code": "several_found", "text": "Several records carry this effect's mark: re_1, re_2."},
    )


async def test_a_no_to_the_only_call_ever_made_stands_though_reading_is_refused(house: House) -> None:
    line = StripeLine()
    line.answer = error(401, "invalid_request_error")
    line.reading = error(401, "invalid_request_error")
    run = await approved(house, line)
    await house.drive()
    effect = await effect_of(house, run)
    assert effect.state == EffectState.FAILED
    assert effect.outcome is not None
    assert effect.outcome["code"] == "key_refused"


async def test_after_a_call_that_may_have_gone_through_a_refused_read_is_waited_for_and_told(
    house: House,
) -> None:
    line = StripeLine()
    line.answer = Reply(0)
    run = await approved(house, line)
    await house.drive()
    line.reading = error(401, "invalid_request_error")
    for _ in range(3):
        assert (await drive_when_due(house, run)).status == RunStatus.QUEUED
    told = [str(row.body["text"]) for row in await house.outbox_of(run) if row.kind == OutboxKind.REPLY]
    assert told[-1].startswith("Stripe does not let it be read whether it happened: Stripe says")
    assert len(line.keys) == 1
    line.reading, line.answer = None, None
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(set(line.keys)) == 1


async def test_a_no_to_a_second_call_counts_only_once_it_could_be_read(house: House) -> None:
    """The first call may have gone through unseen, and be why the second is refused."""
    line = StripeLine()
    line.answer = Reply(0)
    run = await approved(house, line)
    await house.drive()
    line.answer = error(400, "invalid_request_error", "charge_already_refunded")
    line.reading_after_the_call = error(403, "invalid_request_error")
    assert (await drive_when_due(house, run)).status == RunStatus.QUEUED
    assert (await effect_of(house, run)).state == EffectState.INTENDED
    line.reading, line.reading_after_the_call = None, None
    line.listed = [refund(line.marks[0])]
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(line.keys) == 2


async def test_what_is_not_stripes_word_is_waited_out(house: House) -> None:
    """A proxy answered in Stripe's place; the refund is made once it is gone."""
    line = StripeLine()
    line.answer = HTML
    run = await approved(house, line)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.QUEUED
    line.answer = None
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(set(line.keys)) == 1


def test_each_reply_here_is_one_of_its_line() -> None:
    for answer, reply in REPLIES.items():
        words = json.loads(reply.body)["error"] if '"error"' in reply.body else {}
        heard = Heard(
            reply.status,
            bool(words),
            words.get("type") or "",
            words.get("code") or "",
            says_retry="Stripe-Should-Retry" in reply.headers,
            is_replayed="Idempotent-Replayed" in reply.headers,
        )
        assert row_for(heard).answer == answer
