"""OpenAI's dress for answers and errors.

https://platform.openai.com/docs/api-reference/chat/object and .../guides/error-codes
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.model.words import CHARACTERS_A_TOKEN, Said


@dataclass(frozen=True)
class Tokens:
    """About what a real model would count."""

    input: int
    output: int


def completion(model: str, said: Said, tokens: Tokens, now: float) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": "chat.completion",
        "created": int(now),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": _message(said),
                "logprobs": None,
                "finish_reason": "length" if said.cut else ("tool_calls" if said.function else "stop"),
            }
        ],
        "usage": {
            "prompt_tokens": tokens.input,
            "completion_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _message(said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    if said.function is None:
        return message | {"content": said.text}
    call = {"name": said.function, "arguments": said.text}
    return message | {
        "tool_calls": [{"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": call}]
    }


def error(message: str, kind: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def count(text: str) -> int:
    return len(text) // CHARACTERS_A_TOKEN + 1
