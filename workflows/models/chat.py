"""One call of a language model, and whatever may come of it as a value: nothing a provider does is raised."""

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from workflows.guardrails.budget import Price, input_tokens_max
from workflows.models.question import ANSWER_CHARACTERS_MAX, OUTPUT_TOKENS_MAX, Question

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = structlog.get_logger()

# A count beyond this is a provider's mistake, and as good as none.
TOKENS_BELIEVED_MAX = 1_000_000_000


@dataclass(frozen=True)
class Reply:
    """`input_tokens` and `output_tokens` are None where the provider did not say."""

    text: str
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True)
class NoReply:
    """`reason` ends a sentence about the model. `free`: the provider refused it before doing anything."""

    reason: str
    free: bool


@dataclass(frozen=True)
class ChatModel:
    """`name` is SIGNOFF_MODEL. The client retries nothing, and gives up later than we do."""

    name: str
    client: "BaseChatModel"
    price: Price
    timeout_s: float

    def worst_case_micro_usd(self, question: Question[Any]) -> int:
        return self.price.cost_micro_usd(input_tokens_max(question.sent), OUTPUT_TOKENS_MAX)

    async def send(self, question: Question[Any]) -> Reply | NoReply:
        messages = [SystemMessage(question.instructions), HumanMessage(question.shown)]
        try:
            asking = self.client.bind_tools([question.function], tool_choice="any")
            async with asyncio.timeout(self.timeout_s):
                message = await asking.ainvoke(messages)
        except TimeoutError:
            return NoReply(f"did not answer within {self.timeout_s:g} s", free=False)
        except Exception as error:  # noqa: BLE001  providers raise classes of their own; none blocks a run
            return self._failed(error)
        return _reply(message)

    def _failed(self, error: Exception) -> NoReply:
        """By the HTTP status that providers' errors carry. Their text may quote what was sent: not logged."""
        status = getattr(error, "status_code", None)
        log.warning("model_failed", model=self.name, error=type(error).__name__, status=status)
        if isinstance(status, int) and status >= 400:
            # A client's mistake or a rate limit is refused before any work; what a 5xx cost nobody knows.
            return NoReply(f"answered with status {status}", free=status < 500)
        return NoReply("could not be reached, or its answer not be read", free=False)


def _reply(message: AIMessage) -> Reply:
    text = _answer_of(message)
    usage = message.usage_metadata
    if usage is None:
        return Reply(text, None, None)
    # Reasoning is output; where a provider counts it beside both, the total tells.
    read = usage["input_tokens"]
    written = max(usage["output_tokens"], usage["total_tokens"] - read)
    believable = min(read, written) >= 0 and max(read, written) <= TOKENS_BELIEVED_MAX
    return Reply(text, read, written) if believable else Reply(text, None, None)


def _answer_of(message: AIMessage) -> str:
    """The arguments of the one function call; anything else as it is, for the form to refuse. Bounded."""
    if len(message.tool_calls) == 1 and not message.invalid_tool_calls:
        text = json.dumps(message.tool_calls[0]["args"], ensure_ascii=False)
    elif message.invalid_tool_calls and not message.tool_calls:
        text = message.invalid_tool_calls[0]["args"] or ""
    else:
        text = str(message.text)
    # One character past the limit is refused, and no more than that is kept. Halves of surrogate pairs, which
    # JSON can spell, have no UTF-8.
    return text[: ANSWER_CHARACTERS_MAX + 1].encode(errors="replace").decode()
