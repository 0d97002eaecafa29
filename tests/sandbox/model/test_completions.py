"""The model's stand-in beside OpenAI's own client: its types, its errors, and every misbehaviour on order."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest
from aiohttp import web
from openai.types.chat import ChatCompletion, ChatCompletionMessageFunctionToolCall

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.faults import Action, Fault, Faults
from sandbox.inspector import Inspector
from sandbox.model.api import KEY, ModelDouble
from sandbox.storage import Storage

DATA = {
    "asked": "Refund 25.00 USD",
    "facts": {"Payment": "pi_plain01"},
    "findings": [{"rule": "payment_age", "text": "It is old.", "risk": "medium"}],
    "risk_by_rules": "medium",
    "reason": "charged twice. Please!",
}
FORM = {
    "type": "object",
    "properties": {"summary": {"type": "string"}, "risk": {"type": "string"}, "reason": {"type": "string"}},
}


@dataclass
class Bench:
    double: ModelDouble
    faults: Faults
    client: openai.AsyncOpenAI

    async def ask(self, **more: Any) -> ChatCompletion:
        given: dict[str, Any] = {
            "model": "gpt-5-mini",
            "messages": [
                {"role": "system", "content": "Answer."},
                {"role": "user", "content": f"<data>\n{json.dumps(DATA)}\n</data>"},
            ],
            "tools": [{"type": "function", "function": {"name": "Review", "parameters": FORM}}],
            "tool_choice": "required",
            "max_completion_tokens": 1_000,
            **more,
        }
        answer: ChatCompletion = await self.client.chat.completions.create(**given)
        return answer

    def calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.double.snapshot()["calls"]
        return calls


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    storage, clock, faults = Storage(tmp_path / "sandbox.db"), Clock(tmp_path / "clock"), Faults()
    double = ModelDouble(storage, clock, faults, Inspector(clock, Changes()))
    app = web.Application()
    double.register(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/model/v1"
    try:
        async with openai.AsyncOpenAI(api_key=KEY, base_url=address, max_retries=0, timeout=60) as client:
            yield Bench(double, faults, client)
    finally:
        await runner.cleanup()
        storage.close()


def arguments(answer: ChatCompletion) -> str:
    [call] = answer.choices[0].message.tool_calls or []
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    assert call.function.name == "Review"
    return call.function.arguments


async def test_an_answer_is_what_openai_s_own_types_say_and_nothing_besides(bench: Bench) -> None:
    answer = await bench.ask()
    sent = bench.calls()[0]["answer"]
    assert ChatCompletion.model_validate(sent, strict=True).model_dump(exclude_unset=True) == sent
    assert answer.model_extra in (None, {})
    assert answer.choices[0].message.model_extra in (None, {})
    assert answer.choices[0].finish_reason == "tool_calls"


async def test_a_good_answer_is_two_sentences_about_the_request_and_leaves_the_risk(bench: Bench) -> None:
    said = json.loads(arguments(await bench.ask()))
    assert said == {
        "summary": "Refund 25.00 USD on pi_plain01: “charged twice Please”. What stands out: payment age.",
        "risk": "medium",
        "reason": "",
    }


async def test_usage_adds_up_and_is_logged_with_the_call(bench: Bench) -> None:
    answer = await bench.ask()
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    [call] = bench.calls()
    assert call["tokens"] == {"input": answer.usage.prompt_tokens, "output": answer.usage.completion_tokens}
    assert (call["model"], call["status"], call["delivered"]) == ("gpt-5-mini", 200, True)
    assert call["request"]["max_completion_tokens"] == 1_000


async def test_without_a_function_it_only_talks(bench: Bench) -> None:
    answer = await bench.ask(tools=openai.omit, tool_choice=openai.omit)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("action", "holds"),
    [
        ("raise_risk", {"risk": "high", "reason": "The reason given does not fit the payment."}),
        ("lower_risk", {"risk": "low"}),
        ("echo", {"summary": DATA["reason"], "risk": "low"}),
        ("overreach", {"approve": True, "amount": 1}),
    ],
)
async def test_it_answers_otherwise_when_told_to(bench: Bench, action: Action, holds: dict[str, Any]) -> None:
    bench.faults.add(Fault("model", action))
    said = json.loads(arguments(await bench.ask()))
    assert holds.items() <= said.items()
    assert "approve" not in json.loads(arguments(await bench.ask())), "ordered for one call"


async def test_rubbish_calls_no_function(bench: Bench) -> None:
    bench.faults.add(Fault("model", "rubbish"))
    assert (await bench.ask()).choices[0].message.tool_calls is None


async def test_too_long_an_answer_is_cut_at_the_limit_it_was_given(bench: Bench) -> None:
    bench.faults.add(Fault("model", "too_long"))
    answer = await bench.ask()
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 1_000
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(arguments(answer))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("model", "rate_limit"), openai.RateLimitError),
        (Fault("model", "error", status=500), openai.InternalServerError),
        (Fault("model", "error", status=400, code="model_not_found"), openai.BadRequestError),
        (Fault("model", "lose_answer"), openai.APIConnectionError),
        (Fault("model", "down"), openai.APIConnectionError),
    ],
    ids=["rate limit", "500", "400", "lost", "down"],
)
async def test_ordered_errors_arrive_as_openai_s_own(
    bench: Bench, fault: Fault, error: type[Exception]
) -> None:
    bench.faults.add(fault)
    with pytest.raises(error):
        await bench.ask()
    [call] = bench.calls()
    assert (call["tokens"] is not None) == (fault.action == "lose_answer"), "only a lost answer was computed"
    assert call["fault"] == fault.action
    await bench.ask()


async def test_a_delayed_answer_comes_after_its_time(bench: Bench) -> None:
    bench.faults.add(Fault("model", "delay", delay_ms=400))
    with pytest.raises(openai.APITimeoutError):
        await bench.client.with_options(timeout=0.1).chat.completions.create(
            model="gpt-5-mini", messages=[{"role": "user", "content": "x"}]
        )


async def test_only_the_sandbox_s_key_is_taken(bench: Bench) -> None:
    with pytest.raises(openai.AuthenticationError):
        await bench.client.with_options(api_key="sk-proj-a-real-one").chat.completions.create(
            model="gpt-5-mini", messages=[{"role": "user", "content": "x"}]
        )


@pytest.mark.parametrize("body", ["", "[]", "{", '{"model": "x"}', '{"model": "", "messages": []}'])
async def test_a_body_that_makes_no_sense_is_refused(bench: Bench, body: str) -> None:
    with pytest.raises(openai.BadRequestError):
        await bench.client.post(
            "/chat/completions",
            cast_to=object,
            options={"headers": {"Content-Type": "application/json"}},
            content=body.encode(),
        )


async def test_any_other_endpoint_is_not_there(bench: Bench) -> None:
    with pytest.raises(openai.NotFoundError, match="Invalid URL"):
        await bench.client.models.list()


async def test_the_log_survives_a_restart_and_is_emptied_by_a_reset(bench: Bench, tmp_path: Path) -> None:
    await bench.ask()
    again = Storage(tmp_path / "sandbox.db")
    clock = Clock(tmp_path / "clock")
    double = ModelDouble(again, clock, Faults(), Inspector(clock, Changes()))
    assert len(double.snapshot()["calls"]) == 1
    double.reset()
    assert double.snapshot()["calls"] == []
    again.close()
