"""A question to a language model: our instructions, the data it reads, the one form an answer may have."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ValidationError

from store.identity import canonical_json, digest

# Reasoning included: every provider's limit counts it as output.
OUTPUT_TOKENS_MAX = 4_000
ANSWER_CHARACTERS_MAX = 8_000
BEGIN, END = "<data>", "</data>"

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Question(Generic[T]):
    """`data` is what others wrote, put between markers that it can't close. `answer` is the strict form."""

    instructions: str
    data: dict[str, object]
    answer: type[T]

    @cached_property
    def function(self) -> dict[str, object]:
        """The form as a function the model has to call, in the shape all providers' packages take."""
        tool: dict[str, object] = convert_to_openai_tool(self.answer)
        return tool

    @cached_property
    def shown(self) -> str:
        """The data between its markers. Its own angle brackets are escaped, so no marker can stand inside."""
        text = json.dumps(self.data, ensure_ascii=False, sort_keys=True)
        text = text.replace("<", r"\u003c").replace(">", r"\u003e")
        return f"{BEGIN}\n{text}\n{END}"

    @cached_property
    def sent(self) -> str:
        """All that a provider is given to read."""
        return json.dumps([self.instructions, self.shown, self.function], ensure_ascii=False)

    def digest(self, model: str) -> str:
        """The same for the same request to the same model, and never otherwise."""
        return digest(
            model, str(OUTPUT_TOKENS_MAX), canonical_json(self.function), self.instructions, self.shown
        )

    def read(self, text: str) -> T | None:
        """The answer, or None for one that has another form: nothing else of it goes any further."""
        if len(text) > ANSWER_CHARACTERS_MAX:
            return None
        try:
            return self.answer.model_validate_json(text)
        except ValidationError:
            return None
