"""Asking a model, recorded: its worst case is set aside before the call, what it said and cost after it.

A recorded answer is never paid for twice: a drive that runs the node again after a crash gets it from its
row, and a failure as well, so that what the thread has said stays true. An answer in another form than asked
for is kept, rejected, and asked for again under the next ordinal, `TRIES_MAX` times in all. A call that a
dying process cut off is asked again, and its worst case stays counted.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from pydantic import BaseModel

from store import audit, model_calls, runs
from store.audit import Event
from store.model_calls import CallKey, CallState, ModelCall, Settlement
from store.records import Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows.clock import Clock
from workflows.errors import BudgetExhausted
from workflows.guardrails.budget import Budget
from workflows.models.chat import ChatModel, NoReply, Reply
from workflows.models.question import Question

log = structlog.get_logger()

T = TypeVar("T", bound=BaseModel)

TRIES_MAX = 2


@dataclass(frozen=True)
class Spent:
    """What a question cost in all its calls."""

    tokens: int = 0
    cost_micro_usd: int = 0

    def and_for(self, call: ModelCall) -> "Spent":
        return Spent(self.tokens + call.tokens, self.cost_micro_usd + call.cost_micro_usd)


NOTHING_SPENT = Spent()


@dataclass(frozen=True)
class Answered(Generic[T]):
    answer: T
    spent: Spent


@dataclass(frozen=True)
class NoAnswer:
    """`reason` ends a sentence about the model."""

    reason: str
    spent: Spent


class ModelCalls:
    """The calls of one run. `limit_micro_usd` is what the run may cost in all."""

    def __init__(self, database: Database, clock: Clock, run: Run, limit_micro_usd: int) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._limit = limit_micro_usd

    async def ask(
        self, model: ChatModel, question: Question[T], node: str, first_ordinal: int
    ) -> Answered[T] | NoAnswer:
        """Takes the ordinals from `first_ordinal` on, `TRIES_MAX` of them.

        Raises BudgetExhausted before a call that could pass the limit, StoreError where nothing could be
        recorded.
        """
        run, spent = self._run, NOTHING_SPENT
        for ordinal in range(first_ordinal, first_ordinal + TRIES_MAX):
            key = CallKey(run.tenant, run.id, run.epoch, node, ordinal, question.digest(model.name))
            call = await self._settled(key) or await self._make(key, model, question)
            spent = spent.and_for(call)
            answer = question.read(call.text or "") if call.state == CallState.ANSWERED else None
            if answer is not None:
                return Answered(answer, spent)
            if call.state == CallState.FAILED:
                return NoAnswer(call.text or "", spent)
        return NoAnswer(f"gave no answer of the form it was asked for in {TRIES_MAX} tries", spent)

    async def _settled(self, key: CallKey) -> ModelCall | None:
        call = self._database.look_up(lambda tx: model_calls.get(tx, key))
        return call if call is not None and call.state != CallState.ASKED else None

    async def _make(self, key: CallKey, model: ChatModel, question: Question[T]) -> ModelCall:
        worst = model.worst_case_micro_usd(question)
        await self._reserve(key, model, worst)
        reply = await model.send(question)
        settlement = _settlement(reply, model, question, worst)
        if settlement.cost_micro_usd > worst:
            log.warning("model_cost_past_its_bound", model=model.name, bound=worst)
        now = self._clock()

        def work(tx: Transaction) -> ModelCall:
            model_calls.settle(tx, key, settlement, now)
            detail: dict[str, object] = {
                **_named(key, model),
                "state": settlement.state,
                "text": settlement.text,
                "input_tokens": settlement.input_tokens,
                "output_tokens": settlement.output_tokens,
                "cost_micro_usd": settlement.cost_micro_usd,
            }
            audit.append(tx, key.tenant, key.run, Event("model_answered", detail=detail), now)
            call = model_calls.get(tx, key)
            if call is None:
                raise LookupError(f"the model call of {key.node} vanished while it was settled")
            return call

        return await self._database.write(work)

    async def _reserve(self, key: CallKey, model: ChatModel, worst: int) -> None:
        now, boot, limit = self._clock(), self._database.boot, self._limit

        def work(tx: Transaction) -> int | None:
            run = runs.get(tx, key.tenant, key.run)
            used = run.cost_micro_usd if run else 0
            if not Budget(limit, used).permits(worst):
                return used
            model_calls.ask(tx, key, model.name, worst, limit, boot, now)
            detail: dict[str, object] = {**_named(key, model), "reserved_micro_usd": worst}
            audit.append(tx, key.tenant, key.run, Event("model_asked", detail=detail), now)
            return None

        used = await self._database.write(work)
        if used is not None:
            raise BudgetExhausted(limit, used, worst)


def _settlement(
    reply: Reply | NoReply, model: ChatModel, question: Question[T], worst_micro_usd: int
) -> Settlement:
    """What nobody knows the price of costs its worst case."""
    if isinstance(reply, NoReply):
        return Settlement(CallState.FAILED, reply.reason, 0, 0, 0 if reply.free else worst_micro_usd)
    state = CallState.REJECTED if question.read(reply.text) is None else CallState.ANSWERED
    if reply.input_tokens is None or reply.output_tokens is None:
        return Settlement(state, reply.text, 0, 0, worst_micro_usd)
    cost = model.price.cost_micro_usd(reply.input_tokens, reply.output_tokens)
    return Settlement(state, reply.text, reply.input_tokens, reply.output_tokens, cost)


def _named(key: CallKey, model: ChatModel) -> dict[str, object]:
    return {"node": key.node, "ordinal": key.ordinal, "digest": key.digest, "model": model.name}
