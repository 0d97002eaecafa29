"""Model calls: asked within the limit, settled once, and their run charged in the same breath."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from store import model_calls, runs
from store.errors import Stale
from store.model_calls import CallKey, CallState, ModelCall, Settlement
from store.records import RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.seeds import LATER, NOW, RUN, TENANT, running, the_run

KEY = CallKey(tenant=TENANT, run=RUN.id, epoch=0, node="review", ordinal=0, digest="digest-1")
WORST, LIMIT = 9_000, 20_000
ANSWER = Settlement(
    CallState.ANSWERED, '{"summary": "x"}', input_tokens=400, output_tokens=36, cost_micro_usd=172
)


def ask(tx: Transaction, boot: int, key: CallKey = KEY, worst: int = WORST) -> None:
    model_calls.ask(tx, key, "openai:gpt-5-mini", worst, LIMIT, boot, NOW)


def asked(tx: Transaction, boot: int) -> None:
    running(tx, boot)
    ask(tx, boot)


def answered(tx: Transaction, boot: int) -> None:
    asked(tx, boot)
    model_calls.settle(tx, KEY, ANSWER, LATER)


def the_call(tx: Transaction, key: CallKey = KEY) -> ModelCall:
    found = model_calls.get(tx, key)
    assert found is not None
    return found


def charged(tx: Transaction) -> tuple[int, int]:
    run = the_run(tx)
    return run.tokens_used, run.cost_micro_usd


async def test_asking_sets_the_worst_case_aside_before_anything_is_known(database: Database) -> None:
    await database.write(lambda tx: asked(tx, database.boot))
    call = await database.read(the_call)
    assert (call.state, call.text, call.settled_at) == (CallState.ASKED, None, None)
    assert (call.reserved_micro_usd, call.cost_micro_usd, call.tokens) == (WORST, WORST, 0)
    assert await database.read(charged) == (0, WORST)


async def test_an_answer_replaces_the_worst_case_by_the_price(database: Database) -> None:
    await database.write(lambda tx: answered(tx, database.boot))
    call = await database.read(the_call)
    assert (call.state, call.text, call.settled_at) == (CallState.ANSWERED, ANSWER.text, LATER)
    assert (call.cost_micro_usd, call.input_tokens, call.output_tokens) == (172, 400, 36)
    assert await database.read(charged) == (436, 172)


async def test_a_call_cut_off_is_asked_again_and_its_worst_case_stays_counted(database: Database) -> None:
    def twice(tx: Transaction) -> None:
        asked(tx, database.boot)
        ask(tx, database.boot, worst=WORST + 1)

    await database.write(twice)
    call = await database.read(the_call)
    assert (call.reserved_micro_usd, call.cost_micro_usd) == (WORST + 1, 2 * WORST + 1)
    assert await database.read(charged) == (0, 2 * WORST + 1)
    await database.write(lambda tx: model_calls.settle(tx, KEY, ANSWER, LATER))
    assert (await database.read(the_call)).cost_micro_usd == WORST + 172
    assert await database.read(charged) == (436, WORST + 172)


def a_second_answer(tx: Transaction, boot: int) -> None:
    answered(tx, boot)
    model_calls.settle(tx, KEY, ANSWER, LATER)


def an_answer_to_nothing(tx: Transaction, boot: int) -> None:
    running(tx, boot)
    model_calls.settle(tx, KEY, ANSWER, LATER)


def asking_what_is_answered(tx: Transaction, boot: int) -> None:
    answered(tx, boot)
    ask(tx, boot)


def asking_past_the_limit(tx: Transaction, boot: int) -> None:
    asked(tx, boot)
    ask(tx, boot, replace(KEY, ordinal=1), worst=LIMIT - WORST + 1)


def asking_for_a_run_that_waits(tx: Transaction, boot: int) -> None:
    runs.to_waiting(tx, running(tx, boot), boot, 1)
    ask(tx, boot, replace(KEY, epoch=1))


def asking_for_an_ended_run(tx: Transaction, boot: int) -> None:
    runs.give_up(tx, running(tx, boot), 0, Ending(RunStatus.HALTED, "step_limit", ""), NOW)
    ask(tx, boot)


def asking_without_the_lease(tx: Transaction, boot: int) -> None:
    running(tx, boot)
    ask(tx, boot + 1)


def asking_in_another_epoch(tx: Transaction, boot: int) -> None:
    running(tx, boot)
    ask(tx, boot, replace(KEY, epoch=1))


REFUSED = [
    a_second_answer,
    an_answer_to_nothing,
    asking_what_is_answered,
    asking_past_the_limit,
    asking_for_a_run_that_waits,
    asking_for_an_ended_run,
    asking_without_the_lease,
    asking_in_another_epoch,
]


@pytest.mark.parametrize("attempt", REFUSED, ids=lambda attempt: attempt.__name__)
async def test_what_may_not_be_is_stale_and_leaves_nothing(
    database: Database, attempt: Callable[[Transaction, int], None]
) -> None:
    with pytest.raises(Stale):
        await database.write(lambda tx: attempt(tx, database.boot))
    assert await database.read(lambda tx: model_calls.of_run(tx, TENANT, RUN.id)) == []


async def test_the_limit_itself_may_be_reached(database: Database) -> None:
    def to_the_limit(tx: Transaction) -> None:
        asked(tx, database.boot)
        ask(tx, database.boot, replace(KEY, ordinal=1), worst=LIMIT - WORST)

    await database.write(to_the_limit)
    assert await database.read(charged) == (0, LIMIT)


async def test_every_part_of_the_identity_tells_calls_apart(database: Database) -> None:
    others = [replace(KEY, node="other"), replace(KEY, ordinal=1), replace(KEY, digest="digest-2")]

    def work(tx: Transaction) -> None:
        running(tx, database.boot)
        for key in (KEY, *others):
            ask(tx, database.boot, key, worst=1)
        model_calls.settle(tx, KEY, ANSWER, LATER)

    await database.write(work)
    calls = await database.read(lambda tx: model_calls.of_run(tx, TENANT, RUN.id))
    assert sorted(call.state for call in calls) == ["answered", "asked", "asked", "asked"]
    elsewhere = replace(KEY, tenant="T0OTHER")
    assert await database.read(lambda tx: model_calls.get(tx, elsewhere)) is None


@pytest.mark.parametrize("state", [CallState.REJECTED, CallState.FAILED])
async def test_what_was_rejected_or_failed_is_kept_with_what_it_cost(
    database: Database, state: CallState
) -> None:
    def work(tx: Transaction) -> None:
        asked(tx, database.boot)
        model_calls.settle(tx, KEY, replace(ANSWER, state=state, text="why"), LATER)

    await database.write(work)
    call = await database.read(the_call)
    assert (call.state, call.text, call.cost_micro_usd) == (state, "why", 172)


async def test_a_run_is_charged_for_its_own_calls_only(database: Database) -> None:
    def work(tx: Transaction) -> None:
        answered(tx, database.boot)
        running(tx, database.boot, "run-2")

    await database.write(work)
    other = await database.read(lambda tx: the_run(tx, "run-2"))
    assert (other.tokens_used, other.cost_micro_usd) == (0, 0)
