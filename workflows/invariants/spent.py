"""A run was charged for its model calls and nothing else, and the record says of each what its row says."""

from collections.abc import Iterator

from store.model_calls import CallState, ModelCall
from workflows.invariants.case import Broken, Case

RULE = "spent"

Identity = tuple[object, ...]


def broken(case: Case) -> Iterator[Broken]:
    run = case.run
    charged = run.tokens_used, run.cost_micro_usd
    called = sum(call.tokens for call in case.calls), sum(call.cost_micro_usd for call in case.calls)
    if charged != called:
        text = f"is charged (tokens, micro-USD) {charged}, and its model calls come to {called}"
        yield Broken(RULE, run.id, text)
    asked = _recorded(case, "model_asked")
    answered = _recorded(case, "model_answered")
    for call in case.calls:
        settled = call.state != CallState.ASKED
        if _identity(call) not in asked or answered.count((*_identity(call), *_outcome(call))) != settled:
            text = f"the record does not tell of the model call {call.node} {call.ordinal} what its row does"
            yield Broken(RULE, run.id, text)
    gone = set(asked) - {_identity(call) for call in case.calls}
    for node, ordinal, *_ in sorted(gone, key=str):
        yield Broken(RULE, run.id, f"the record tells of the model call {node} {ordinal}, which is gone")


def _identity(call: ModelCall) -> Identity:
    return call.node, call.ordinal, call.digest, call.model


def _outcome(call: ModelCall) -> Identity:
    return call.state.value, call.text, call.input_tokens, call.output_tokens


def _recorded(case: Case, action: str) -> list[Identity]:
    keys = ["node", "ordinal", "digest", "model"]
    if action == "model_answered":
        keys += ["state", "text", "input_tokens", "output_tokens"]
    return [tuple(entry.detail.get(key) for key in keys) for entry in case.audit if entry.action == action]
