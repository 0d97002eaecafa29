"""Calls of a language model: asked and reserved in one commit, settled in another. None of this commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.records import Moment, Record
from store.statements import statements
from store.transaction import Transaction

SQL = statements("model_calls")


class CallState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    REJECTED = "rejected"
    FAILED = "failed"


class ModelCall(Record):
    """`text` is the answer, or for a failed call why there is none."""

    tenant: str
    run: str
    epoch: int
    node: str
    ordinal: int
    digest: str
    model: str
    state: CallState
    reserved_micro_usd: int
    cost_micro_usd: int
    input_tokens: int
    output_tokens: int
    text: str | None
    asked_at: Moment
    settled_at: Moment | None

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class CallKey:
    """A call's identity, and its row's key."""

    tenant: str
    run: str
    epoch: int
    node: str
    ordinal: int
    digest: str


@dataclass(frozen=True)
class Settlement:
    """How a call came out, and what it cost."""

    state: CallState
    text: str
    input_tokens: int
    output_tokens: int
    cost_micro_usd: int


def get(tx: Transaction, key: CallKey) -> ModelCall | None:
    row = tx.one(SQL["get"], **vars(key))
    return ModelCall.of(row) if row else None


def ask(tx: Transaction, key: CallKey, model: str, worst: int, limit: int, boot: int, now: datetime) -> None:
    """Sets `worst` aside and records the call as asked, once more where a process died while asking.

    Micro-USD. Stale when the run is no longer held by `boot`, would pass its limit, or knows the outcome.
    """
    tx.change(
        SQL["reserve"], tenant=key.tenant, run=key.run, epoch=key.epoch, boot=boot, worst=worst, limit=limit
    )
    tx.change(SQL["ask"], **vars(key), model=model, worst=worst, now=now)


def settle(tx: Transaction, key: CallKey, settled: Settlement, now: datetime) -> None:
    """Stale when the call isn't merely asked. What was set aside for it becomes what it cost."""
    tx.change(
        SQL["settle"],
        **vars(key),
        state=settled.state,
        text=settled.text,
        input_tokens=settled.input_tokens,
        output_tokens=settled.output_tokens,
        cost=settled.cost_micro_usd,
        now=now,
    )
    tokens = settled.input_tokens + settled.output_tokens
    tx.change(SQL["spend"], **vars(key), tokens=tokens, cost=settled.cost_micro_usd)


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[ModelCall]:
    return [ModelCall.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]
