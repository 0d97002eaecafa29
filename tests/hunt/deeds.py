"""What people do to a bot, and what it answers: small messages between the hunt and the process it kills."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RILEY, MORGAN, SAM, FIONA = "U0RILEY", "U0MORGAN", "U0SAM", "U0FIONA"
EVERYONE = (RILEY, MORGAN, SAM, FIONA)
UNSURE = "unsure"  # the database could not say whether it was recorded, and the person is told so


@dataclass(frozen=True)
class Ask:
    """`/refund PAYMENT AMOUNT`, in cents. `delivery` names the delivery, as in all of these."""

    delivery: str
    by: str
    payment: str
    amount: int


@dataclass(frozen=True)
class Click:
    """On a question's button. `is_stale`: the button shows something else than what is asked.

    Where the question is what became of a refund, `said` and `said_id` answer it.
    """

    delivery: str
    by: str
    question: str
    digest: str
    choice: Literal["approve", "reject"]
    is_stale: bool = False
    said: str | None = None
    said_id: str | None = None

    @property
    def vote(self) -> tuple[str, str | None, str | None]:
        """Who says what: only those who say the same decide together."""
        return self.by, self.said, self.said_id


@dataclass(frozen=True)
class Cancel:
    """By whoever clicks it, of a run."""

    by: str
    run: str


@dataclass(frozen=True)
class Withdraw:
    """Signoff itself takes a run back, since its channel was archived."""

    run: str


Deed = Ask | Click | Cancel | Withdraw


@dataclass(frozen=True)
class Answer:
    """`word`: the kind of answer, or UNSURE. `status`, `by` and `at` tell of a decision, `run` is new."""

    word: str
    status: str | None = None
    by: str | None = None
    at: datetime | None = None
    run: str | None = None
