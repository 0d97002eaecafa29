"""A system of record, as the ledger needs it: perform, and find what was performed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """What the system says of an effect. `pending`: accepted, not through yet."""

    standing: Standing
    external_id: str | None
    code: str
    text: str
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NotIt:
    """A record that is not the one a call was to make: `why` goes on after "but" ("re_1 is of pi_2.")."""

    why: str


@dataclass(frozen=True)
class Call:
    """One effect to be made. `mark` is its identity, written into the record itself so it can be found."""

    arguments: dict[str, object]
    idempotency_key: str
    mark: str
    notes: dict[str, str]


class SystemOfRecord(Protocol):
    """A Protocol because the ledger serves every system: a new one is one file beside this."""

    name: str

    async def perform(self, call: Call) -> Answer:
        """Makes the effect. Raises Unanswered when its outcome is not known; FAILED is a definite no.

        Raises SavedError where the system repeats an error it saved for the key.
        """
        ...

    async def find(self, call: Call) -> Sequence[Answer]:
        """The verification read: every record that carries this mark. Raises Unanswered."""
        ...

    async def look(self, external_id: str) -> Answer:
        """How a record that was done stands now. FAILED: it was taken back, and the text says so to a reader.

        Raises Unanswered, or Refused when the system won't say.
        """
        ...

    async def recognise(self, call: Call, external_id: str) -> Answer | NotIt:
        """Whether a record that a person names can be what this call was to make, done and through.

        It may lack the mark, since people make records by hand; it may not carry another's. DONE when it can.
        Raises Unanswered.
        """
        ...
