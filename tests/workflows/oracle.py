"""A language model in this process: it says what it is told to say, and counts how often it was asked.

The provider's side of LangChain's interface; everything on our side of it is the real thing.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, ConfigDict, Field

from workflows.guardrails.budget import Price
from workflows.models.chat import ChatModel
from workflows.models.question import Question

# A micro-USD a token, so that a cost reads as a number of tokens.
PRICE = Price(Decimal(1), Decimal(1))
READ, WRITTEN = 100, 20
ANSWER_COST = READ + WRITTEN


class Opinion(BaseModel):
    """What the tests ask for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    text: str = Field(max_length=20)


QUESTION = Question("Say something.", {"word": "hello"}, Opinion)


class ProviderError(Exception):
    """What a provider's package raises for an HTTP error."""

    def __init__(self, status_code: int) -> None:
        super().__init__("the prompt was: my card is 4242424242424242")
        self.status_code = status_code


class Oracle(BaseChatModel):
    """Says `answers` one after another: a message, an exception to raise, or a function to await first."""

    answers: list[Any] = Field(default_factory=list)
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "oracle"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("nothing asks it synchronously")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.asked.append(messages)
        answer = self.answers.pop(0)
        if isinstance(answer, Callable):  # type: ignore[arg-type]  # the abstract base class, as a check
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return ChatResult(generations=[ChatGeneration(message=answer)])


def says(arguments: dict[str, Any], *, read: int = READ, written: int = WRITTEN) -> AIMessage:
    """An answer by calling the function, with its usage."""
    call = {"name": "Opinion", "args": arguments, "id": "call_1"}
    return AIMessage("", tool_calls=[call], usage_metadata=usage(read, written))


def usage(read: int, written: int) -> Any:
    return {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}


GOOD = says({"text": "well"})
RUBBISH = says({"text": "well", "more": json.dumps({"approve": True})})


async def never() -> None:
    await asyncio.sleep(60)


def model(*answers: Any, timeout_s: float = 60) -> tuple[ChatModel, Oracle]:
    oracle = Oracle(answers=[*answers])
    return ChatModel("test:oracle", oracle, PRICE, timeout_s), oracle
