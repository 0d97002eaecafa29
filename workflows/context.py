"""What a node is given besides its state: the run, the clock, a way to note its reasoning,
the models, and the ledger."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from langgraph.config import get_config
from pydantic import BaseModel

from store import runs
from store.effects import EffectKey
from store.records import Run
from store.sqlite import Database
from store.steps import NewStep
from workflows.approvals.last_look import LastLook
from workflows.clock import Clock
from workflows.effects.ledger import Approved, Ledger, Settled
from workflows.errors import RepeatedEffect
from workflows.gates import EffectCall
from workflows.meter import StepMeter
from workflows.models.calls import NOTHING_SPENT, TRIES_MAX, Answered, ModelCalls, NoAnswer, Spent
from workflows.models.chat import ChatModel
from workflows.models.question import Question
from workflows.notes import Notes
from workflows.questions.doubts import Doubts
from workflows.workflow import NoLongerHolding

T = TypeVar("T", bound=BaseModel)


@dataclass
class RunContext:
    """One drive of one run, as its nodes see it."""

    run: Run
    clock: Clock
    database: Database
    ledger: Ledger
    doubts: Doubts
    last_look: LastLook
    no_longer_holding: NoLongerHolding | None
    calls: ModelCalls
    notes: Notes
    meter: StepMeter
    _ordinals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _asked: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _last_note: dict[str, datetime] = field(default_factory=dict)
    _performed: set[tuple[int, str, str]] = field(default_factory=set)

    async def note(self, text: str, spent: Spent = NOTHING_SPENT) -> None:
        """Adds a line to the reasoning history; it is written and shown in the thread soon, and once only.

        `spent` is what a model cost for it.
        """
        node = _node()
        ordinal = self._ordinals[node]
        self._ordinals[node] += 1
        now = self.clock()
        line = NewStep(
            tenant=self.run.tenant,
            run=self.run.id,
            epoch=self.run.epoch,
            node=node,
            ordinal=ordinal,
            text=text,
            tokens=spent.tokens,
            cost_micro_usd=spent.cost_micro_usd,
            started_at=self._last_note.get(node) or self.meter.started.get(node) or now,
            ended_at=now,
        )
        self._last_note[node] = now
        self.notes.add(line)

    async def ask(self, model: ChatModel, question: Question[T]) -> Answered[T] | NoAnswer:
        """Asks a model within the run's cost limit; see `ModelCalls.ask` for what it raises."""
        node = _node()
        first = self._asked[node]
        self._asked[node] += TRIES_MAX
        return await self.calls.ask(model, question, node, first)

    async def perform(self, call: EffectCall, approved: Approved, notes: dict[str, str]) -> Settled:
        """Makes an approved effect through the ledger, if what was approved still holds.

        Of one whose outcome nobody could tell: how it came out by what people or a read say. Raises what
        `LastLook.take`, `Ledger.perform` and `Doubts.resolve` raise, and RepeatedEffect.
        """
        identity = (approved.decision.epoch, call.name, call.discriminator)
        if identity in self._performed:
            raise RepeatedEffect(call.name)
        self._performed.add(identity)
        await self.notes.written()
        await self.last_look.take(self.run, approved.decision.approval, self.no_longer_holding)
        while (settled := await self.ledger.perform(self.run, call, approved, notes)).is_unknown:
            key = EffectKey(self.run.tenant, self.run.id, *identity)
            known = await self.doubts.resolve(self.run, key, self.no_longer_holding)
            if known is not None:
                return known
        return settled

    def requests_since(self, moment: datetime) -> int:
        """How many other runs of this workflow its requester has started since, not counting failed ones."""
        run = self.run
        return self.database.look_up(
            lambda tx: runs.count_since(tx, run.tenant, run.requester, run.workflow, moment, run.id)
        )


def _node() -> str:
    """The node that is being executed."""
    return str(get_config()["metadata"]["langgraph_node"])
