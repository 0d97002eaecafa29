"""What a rule is given, and what it answers."""

from dataclasses import dataclass

from store.model_calls import ModelCall
from store.records import Approval, AuditEntry, Effect, Outgoing, Run, Vote
from store.seals import Head


@dataclass(frozen=True)
class Sealed:
    """The latest sealed head of a run, the number of that seal, and whether the run waits for its next."""

    head: Head | None = None
    seal: int | None = None
    due: bool = False


@dataclass(frozen=True)
class Case:
    """One run with everything that was recorded about it. `votes` are by approval id."""

    run: Run
    approvals: tuple[Approval, ...]
    votes: dict[str, tuple[Vote, ...]]
    effects: tuple[Effect, ...]
    outbox: tuple[Outgoing, ...]
    audit: tuple[AuditEntry, ...]
    calls: tuple[ModelCall, ...] = ()
    sealed: Sealed = Sealed()


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold for a run."""

    rule: str
    run: str
    text: str


def printable(stored: str) -> str:
    """What stands in the file, also where it is no UTF-8."""
    return stored.encode("utf-8", errors="backslashreplace").decode("utf-8")
