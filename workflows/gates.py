"""A gate: the one place where a graph stops for a person.

A gate says *what* it asks: title, fields, findings, risk and the exact effects. How that looks is the
business of `bot/views/card.py` alone. A gate node does nothing but `ask`, since a node runs again from its
top when it is resumed, and it holds one question, since LangGraph answers a second `interrupt` in one node
with the first one's value.
"""

from collections.abc import Mapping
from enum import StrEnum

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from store.identity import canonical_json, digest
from store.records import ApprovalStatus, BlastRadius


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def weight(self) -> int:
        return list(Risk).index(self)


class CardField(Frozen):
    """A labelled value. `user` marks a value that is a Slack user id; `url` makes it a link."""

    label: str = Field(max_length=60)
    value: str = Field(max_length=300)
    url: str | None = None
    user: bool = False


class Finding(Frozen):
    """A rule that fired: its name, what it saw, and the risk it carries.

    `people` are Slack user ids that the text names as `{0}`, `{1}`.
    """

    rule: str
    text: str = Field(max_length=300)
    risk: Risk
    people: tuple[str, ...] = ()


class Summary(Frozen):
    """What a model wrote about a request. `raised_from` is the rules' risk, where the model put it higher."""

    model: str = Field(max_length=150)
    text: str = Field(max_length=400)
    raised_from: Risk | None = None
    reason: str = Field(default="", max_length=200)


class Asks(StrEnum):
    """What kind of answer a request wants.

    `approval`: yes or no, the graph's own. The others are Signoff's: `outcome`, what became of an effect in
    doubt; `version`, whether a run goes on though its workflow has changed.
    """

    APPROVAL = "approval"
    OUTCOME = "outcome"
    VERSION = "version"


class EffectCall(Frozen):
    """An effect as it is shown, approved and performed: all three are this one value."""

    name: str
    discriminator: str = ""
    system: str
    blast_radius: BlastRadius
    arguments: dict[str, object]

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.arguments))


class Question(Frozen):
    """What a graph without Signoff in it asks by a plain `interrupt(value)`; `interrupt` is its id.

    `order` are the keys of a dict as the graph wrote them, since rows keep JSON with its keys sorted.
    """

    interrupt: str
    value: JsonValue
    order: tuple[str, ...] = ()

    @property
    def entries(self) -> list[tuple[str, JsonValue]]:
        """A dict's, in the graph's own order; none of any other value."""
        value = self.value
        if not isinstance(value, dict):
            return []
        return [(key, value[key]) for key in dict.fromkeys((*self.order, *value)) if key in value]


class GateRequest(Frozen):
    """A question for a person: about effects, which it lists, or else one that a graph puts in its own words.

    `title` is the heading ("Refund 25.00 USD"), `consequence` says in a sentence what approving does, and is
    repeated in the confirm dialog. `reason` is the requester's own text, `summary` a model's: neither binds
    or changes anything. `facts` are what must still hold right before the effects. `known` is what is known
    of an effect in doubt.
    """

    gate: str
    discriminator: str = ""
    title: str = Field(max_length=150)
    consequence: str = Field(max_length=280)
    reason: str = Field(default="", max_length=1000)
    fields: tuple[CardField, ...] = Field(default=(), max_length=10)
    findings: tuple[Finding, ...] = Field(default=(), max_length=20)
    risk: Risk = Risk.LOW
    summary: Summary | None = None
    effects: tuple[EffectCall, ...] = Field(default=(), max_length=20)
    question: Question | None = None
    facts: dict[str, object] = Field(default_factory=dict)
    asks: Asks = Asks.APPROVAL
    known: str = Field(default="", max_length=1000)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "GateRequest":
        if bool(self.effects) == (self.question is not None):
            raise ValueError("a request lists effects or puts a question: one of the two")
        return self

    @property
    def digest(self) -> str:
        """What an approval binds: the effects it lets run; where it lets none run, everything it shows.

        Without defaults, so that a field that is added later changes no digest already given.
        """
        if self.question is None and self.asks == Asks.APPROVAL:
            return digest_of(self.effects)
        return digest(canonical_json(self.dumped()))

    def dumped(self) -> dict[str, object]:
        """As plain JSON, for state and rows, without what only says its default: that is half of its size."""
        return self.model_dump(mode="json", exclude_defaults=True)


def asks_of(request: Mapping[str, object]) -> Asks:
    """Of a dumped request. Raises ValueError when it asks for nothing known."""
    return Asks(str(request.get("asks", Asks.APPROVAL)))


class Decision(Frozen):
    """What people, or the clock, made of a request. `digest` is of what was shown, `effects` are those it
    listed: both as our own row of the approval holds them."""

    approval: str
    epoch: int
    status: ApprovalStatus
    digest: str
    by: str
    reason: str = ""
    effects: tuple[EffectCall, ...] = ()


def ask(request: dict[str, object]) -> dict[str, object]:
    """Stops the run until the request (a dumped GateRequest) is decided; returns the dumped Decision."""
    decision: dict[str, object] = interrupt(request)
    return decision


def digest_of(effects: tuple[EffectCall, ...]) -> str:
    """SHA-256 over the exact list of effects and arguments: what an approval binds."""
    return digest(*(canonical_json(effect.model_dump(mode="json")) for effect in effects))
