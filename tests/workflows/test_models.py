"""A model's answer is paid for once, within the limit; whatever it does, the run goes on or ends by name."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START

from bot import logs
from store import model_calls, steps
from store.model_calls import CallState, ModelCall
from store.records import RunStatus, Step
from tests.workflows.graphs import Context, State, ask, builder, workflow
from tests.workflows.house import SETTINGS, TENANT, House
from tests.workflows.oracle import (
    ANSWER_COST,
    GOOD,
    QUESTION,
    READ,
    RUBBISH,
    WRITTEN,
    ProviderError,
    never,
    says,
    usage,
)
from tests.workflows.oracle import model as made
from workflows.models.calls import Answered, NoAnswer
from workflows.models.chat import ChatModel
from workflows.workflow import Workflow

WORST = made()[0].worst_case_micro_usd(QUESTION)


class Heard:
    """What the node was given, drive by drive; `stumbles` says how often the node after it raises."""

    def __init__(self, stumbles: int = 0) -> None:
        self.given: list[Any] = []
        self.stumbles = stumbles


def musing(model: ChatModel, heard: Heard, times: int = 1) -> Workflow:
    """Asks a model `times` over in one node, then a person."""

    async def muse(state: State, runtime: Context) -> State:
        for _ in range(times):
            given = await runtime.context.ask(model, QUESTION)
            heard.given.append(given)
            word = given.answer.text if isinstance(given, Answered) else given.reason
            await runtime.context.note(f"It said: {word}", given.spent)
        return {}

    async def stumble(state: State, runtime: Context) -> State:
        if heard.stumbles:
            heard.stumbles -= 1
            raise RuntimeError("stumbled")
        return {}

    graph = builder()
    for name, node in (("muse", muse), ("stumble", stumble), ("ask", ask)):
        graph.add_node(name, node)
    graph.add_edge(START, "muse")
    graph.add_edge("muse", "stumble")
    graph.add_edge("stumble", "ask")
    return workflow("musing", graph)


async def calls(house: House, run: str) -> Sequence[ModelCall]:
    return await house.database.read(lambda tx: model_calls.of_run(tx, TENANT, run))


async def lines(house: House, run: str) -> Sequence[Step]:
    return await house.database.read(lambda tx: steps.of_run(tx, TENANT, run, 100))


async def mused(house: House, model: ChatModel, heard: Heard, limit_usd: str = "2") -> str:
    """A run driven as far as it goes, whatever raises on the way."""
    settings = SETTINGS.model_validate({**SETTINGS.model_dump(), "cost_usd_max": limit_usd})
    await house.install(musing(model, heard), settings)
    run = await house.start("musing")
    for _ in range(settings.attempts_max):
        await house.drive()
        due_at = (await house.run(run)).due_at
        if due_at is not None:
            house.time.move(due_at - house.time())
    return run


async def test_an_answer_is_recorded_with_its_price_and_charged_to_the_run(house: House) -> None:
    model, oracle = made(GOOD)
    run = await mused(house, model, heard := Heard())
    assert isinstance(heard.given[0], Answered)
    assert heard.given[0].answer.text == "well"
    [call] = await calls(house, run)
    assert (call.state, call.node, call.ordinal, call.text) == (
        CallState.ANSWERED,
        "muse",
        0,
        '{"text": "well"}',
    )
    assert (call.input_tokens, call.output_tokens, call.cost_micro_usd) == (READ, WRITTEN, ANSWER_COST)
    charged = await house.run(run)
    assert (charged.tokens_used, charged.cost_micro_usd) == (ANSWER_COST, ANSWER_COST)
    [line] = await lines(house, run)
    assert (line.tokens, line.cost_micro_usd) == (ANSWER_COST, ANSWER_COST)
    actions = [entry.action for entry in await house.audit_of(run)]
    assert actions.index("model_asked") < actions.index("model_answered") < actions.index("asked")
    assert len(oracle.asked) == 1


async def test_a_drive_that_runs_the_node_again_pays_nothing_again(house: House) -> None:
    model, oracle = made(GOOD)
    run = await mused(house, model, heard := Heard(stumbles=2))
    assert (await house.run(run)).status == RunStatus.WAITING
    assert [type(given) for given in heard.given] == [Answered] * 3
    assert len({given.answer for given in heard.given}) == 1
    assert len(oracle.asked) == 1
    assert (await house.run(run)).cost_micro_usd == ANSWER_COST
    [line] = await lines(house, run)
    assert line.cost_micro_usd == ANSWER_COST


async def test_a_rejected_answer_is_kept_and_asked_for_again_once(house: House) -> None:
    model, oracle = made(RUBBISH, GOOD)
    run = await mused(house, model, heard := Heard(stumbles=1))
    assert [type(given) for given in heard.given] == [Answered] * 2
    assert len(oracle.asked) == 2
    rejected, answered = await calls(house, run)
    assert (rejected.state, rejected.ordinal) == (CallState.REJECTED, 0)
    assert "approve" in str(rejected.text)
    assert (answered.state, answered.ordinal) == (CallState.ANSWERED, 1)
    assert (await house.run(run)).cost_micro_usd == 2 * ANSWER_COST
    [line] = await lines(house, run)
    assert line.cost_micro_usd == 2 * ANSWER_COST


async def test_after_two_rejected_answers_nobody_asks_a_third_time(house: House) -> None:
    model, oracle = made(RUBBISH, RUBBISH, GOOD)
    run = await mused(house, model, heard := Heard(stumbles=1))
    assert [type(given) for given in heard.given] == [NoAnswer] * 2
    assert "gave no answer of the form it was asked for in 2 tries" in heard.given[0].reason
    assert len(oracle.asked) == 2
    assert [call.state for call in await calls(house, run)] == [CallState.REJECTED] * 2


async def test_a_rejected_answer_stays_rejected_whatever_its_form_would_be_today(house: House) -> None:
    model, _ = made(RUBBISH, RUBBISH)
    await house.install(musing(model, heard := Heard(stumbles=1)))
    run = await house.start("musing")
    await house.drive()

    async def rewrite(text: str) -> None:
        sql = "UPDATE model_calls SET text = :text WHERE tenant = :tenant AND run = :run"
        await house.database.write(lambda tx: tx.run(sql, text=text, tenant=TENANT, run=run))

    rejected = str((await calls(house, run))[0].text)
    await rewrite('{"text": "well"}')
    house.time.move(SETTINGS.expires_after / 10)
    await house.drive()
    assert [type(given) for given in heard.given] == [NoAnswer] * 2
    await rewrite(rejected)


async def test_a_call_cut_off_by_a_dying_process_is_asked_again_and_its_worst_case_stays(
    house: House,
) -> None:
    began = asyncio.Event()

    async def cut_off() -> None:
        began.set()
        await never()

    model, oracle = made(cut_off, GOOD)
    await house.install(musing(model, heard := Heard()))
    run = await house.start("musing")
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await asyncio.wait_for(began.wait(), 60)
    [asked] = await calls(house, run)
    assert (asked.state, asked.reserved_micro_usd) == (CallState.ASKED, WORST)
    assert (await house.run(run)).cost_micro_usd == WORST
    drive.cancel()
    await asyncio.gather(drive, return_exceptions=True)
    await house.restart()
    await house.drive()
    [call] = await calls(house, run)
    assert (call.state, call.cost_micro_usd) == (CallState.ANSWERED, WORST + ANSWER_COST)
    charged = await house.run(run)
    assert (charged.status, charged.cost_micro_usd) == (RunStatus.WAITING, WORST + ANSWER_COST)
    assert charged.tokens_used == ANSWER_COST
    assert len(oracle.asked) == 2
    assert len(heard.given) == 1


NO_REPLIES: dict[str, tuple[Any, str, int]] = {
    "slow": (never, "did not answer within 0.05 s", WORST),
    "refused": (ProviderError(400), "answered with status 400", 0),
    "overloaded": (ProviderError(429), "answered with status 429", 0),
    "failing": (ProviderError(500), "answered with status 500", WORST),
    "gone": (ConnectionError("cut"), "could not be reached, or its answer not be read", WORST),
    "strange": (ValueError("not JSON"), "could not be reached, or its answer not be read", WORST),
}


@pytest.mark.parametrize(("trouble", "reason", "cost"), NO_REPLIES.values(), ids=NO_REPLIES)
async def test_a_call_without_an_answer_is_said_once_and_not_repeated(
    house: House, trouble: Any, reason: str, cost: int
) -> None:
    model, oracle = made(trouble, GOOD, timeout_s=0.05 if trouble is never else 60)
    async with asyncio.timeout(50):  # less than what never comes takes
        run = await mused(house, model, heard := Heard(stumbles=1))
    assert [(type(given), given.reason) for given in heard.given] == [(NoAnswer, reason)] * 2
    assert len(oracle.asked) == 1
    [call] = await calls(house, run)
    assert (call.state, call.cost_micro_usd) == (CallState.FAILED, cost)
    assert (await house.run(run)).cost_micro_usd == cost
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_what_a_provider_s_error_quotes_is_not_logged(house: House) -> None:
    model, _ = made(ProviderError(401))
    logs.configure(logged := io.StringIO())
    await mused(house, model, Heard())
    assert "ProviderError" in logged.getvalue()
    assert "the prompt was" not in logged.getvalue()


UNCOUNTED: dict[str, AIMessage] = {
    "no usage": AIMessage("", tool_calls=GOOD.tool_calls),
    "negative": AIMessage("", tool_calls=GOOD.tool_calls, usage_metadata=usage(-5, 3)),
    "beyond belief": AIMessage("", tool_calls=GOOD.tool_calls, usage_metadata=usage(10**30, 3)),
}


@pytest.mark.parametrize("message", UNCOUNTED.values(), ids=UNCOUNTED)
async def test_an_answer_nobody_counted_costs_its_worst_case(house: House, message: AIMessage) -> None:
    run = await mused(house, made(message)[0], heard := Heard())
    assert isinstance(heard.given[0], Answered)
    assert (await house.run(run)).cost_micro_usd == WORST


async def test_tokens_of_reasoning_that_only_the_total_tells_are_paid_for(house: House) -> None:
    counted = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 620}
    message = AIMessage("", tool_calls=GOOD.tool_calls, usage_metadata=counted)
    run = await mused(house, made(message)[0], Heard())
    assert (await house.run(run)).cost_micro_usd == 620


ODD: dict[str, AIMessage] = {
    "words": AIMessage("Gladly!", usage_metadata=usage(READ, WRITTEN)),
    "two calls": AIMessage("", tool_calls=GOOD.tool_calls * 2, usage_metadata=usage(READ, WRITTEN)),
    "half a surrogate": says({"text": "\ud800", "x": 1}),
    "nothing": AIMessage("", usage_metadata=usage(READ, 0)),
    "arguments cut": AIMessage(
        "",
        invalid_tool_calls=[{"name": "Opinion", "args": '{"text": "we', "id": "1", "error": "cut"}],
        usage_metadata=usage(READ, WRITTEN),
    ),
    "far too much": says({"text": "x" * 100_000}),
}


@pytest.mark.parametrize("message", ODD.values(), ids=ODD)
async def test_an_odd_answer_is_rejected_and_kept_within_bounds(house: House, message: AIMessage) -> None:
    run = await mused(house, made(message, message)[0], heard := Heard())
    assert isinstance(heard.given[0], NoAnswer)
    assert [call.state for call in await calls(house, run)] == [CallState.REJECTED] * 2
    assert all(len(call.text or "") <= 8_001 for call in await calls(house, run))
    assert (await house.run(run)).status == RunStatus.WAITING


def usd(micro: int) -> str:
    return f"{micro / 1_000_000:.6f}"


async def test_a_call_that_could_pass_the_limit_is_not_made_and_the_run_is_halted(house: House) -> None:
    model, oracle = made(GOOD)
    run = await mused(house, model, heard := Heard(), limit_usd=usd(WORST - 1))
    halted = await house.run(run)
    assert (halted.status, halted.outcome) == (RunStatus.HALTED, "budget")
    assert oracle.asked == []
    assert heard.given == []
    assert (halted.cost_micro_usd, await calls(house, run)) == (0, [])
    assert "so it was not asked and nothing more was done" in str(halted.outcome_text)
    assert await house.effects_of(run) == []


async def test_a_call_that_reaches_the_limit_exactly_is_made(house: House) -> None:
    run = await mused(house, made(GOOD)[0], Heard(), limit_usd=usd(WORST))
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_what_was_spent_before_counts_against_the_limit(house: House) -> None:
    model, oracle = made(RUBBISH, GOOD)
    run = await mused(house, model, Heard(), limit_usd=usd(WORST + ANSWER_COST - 1))
    halted = await house.run(run)
    assert (halted.status, halted.outcome, halted.cost_micro_usd) == (RunStatus.HALTED, "budget", ANSWER_COST)
    assert len(oracle.asked) == 1
    assert "already spent" in str(halted.outcome_text)


async def test_what_a_lost_call_may_have_cost_counts_against_the_limit(house: House) -> None:
    model, oracle = made(ConnectionError("cut"), GOOD)
    await house.install(
        musing(model, Heard(), times=2),
        SETTINGS.model_validate({**SETTINGS.model_dump(), "cost_usd_max": usd(2 * WORST - 1)}),
    )
    run = await house.start("musing")
    await house.drive()
    assert (await house.run(run)).outcome == "budget"
    assert len(oracle.asked) == 1


async def test_questions_of_one_node_are_told_apart_and_replayed_each(house: House) -> None:
    model, oracle = made(says({"text": "one"}), says({"text": "two"}))
    await house.install(musing(model, heard := Heard(stumbles=1), times=2))
    run = await house.start("musing")
    await house.drive()
    house.time.move(SETTINGS.expires_after / 10)
    await house.drive()
    assert [given.answer.text for given in heard.given] == ["one", "two"] * 2
    assert [call.ordinal for call in await calls(house, run)] == [0, 2]
    assert len(oracle.asked) == 2
