"""What a commit records, in words: the transaction's name in the code says which one it is."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

WORDS = {
    "Runs.start": "request recorded",
    "Runs.cancel": "cancellation recorded",
    "Approvals.decide": "decision recorded",
    "EmbeddedEngine.start": "runs taken back",
    "EmbeddedEngine._forget_deliveries": "old deliveries forgotten",
    "ModelCalls._reserve": "model call reserved",
    "ModelCalls._make": "completion paid for",
    "EmbeddedEngine._claim": "run claimed",
    "EmbeddedEngine._look": "expiry recorded",
    "record_all": "step noted",
    "Driver._commit": "boundary",
    "CutShort._postpone": "run postponed",
    "CutShort._ask_again": "asked again",
    "CutShort._ask_what_became": "outcome asked about",
    "CutShort._ask_or_give_up": "outcome asked about, or given up",
    "Driver._meet_another_version": "another version met",
    "Driver._goes_on": "version right again",
    "CutShort._try_again": "later attempt",
    "Doubts._leave": "doubt left",
    "Doubts._clear_up": "doubt cleared up",
    "Doubts._renew": "doubt begun again",
    "CutShort._give_up": "run given up",
    "Ledger._intend": "intent recorded",
    "Ledger._renew": "next generation",
    "Ledger._settle": "outcome recorded",
    "wake": "doubt looked at",
    "Lookout._put_off": "next look",
    "Lookout._act_on": "reversal recorded",
    "look_again_in": "channel to be looked at",
    "look_again_for": "person's runs to be looked at",
    "StripeWebhooks._record": "webhook recorded",
    "Sealer.seal": "record sealed",
    "Patrol.start": "surroundings looked at",
    "Patrol.admit": "run admitted",
    "Patrol.card_gone": "card found gone",
    "Patrol._judge": "approvers counted",
    "Patrol._look": "surroundings acted on",
    "_withdraw": "runs withdrawn",
    "_mark_sending": "message about to be sent",
    "Publisher._sent": "message sent",
    "Publisher._later": "message delayed",
    "Publisher._hold": "message held",
    "Publisher._slow_down": "message slowed down",
    "Publisher._bury": "message buried",
    "Publisher._give_up": "message given up",
}


_COMMENTS = re.compile(r"--[^\n]*")
_WRITES = ("BEGIN", "CREATE", "DROP", "ALTER", "INSERT", "UPDATE", "DELETE", "COMMIT", "PRAGMA user_version=")
_END = re.compile(r"[;=].*")


def statement_name(statement: str) -> str | None:
    """The first two words of a statement that writes; None for one that only reads or sets the connection."""
    text = " ".join(_COMMENTS.sub("", statement).split())
    return " ".join(_END.sub("", text).split()[:2]) if text.startswith(_WRITES) else None


def commit_name(work: Callable[..., Any]) -> str:
    """By where the work was written; one that is new has its own name until it gets words here."""
    while isinstance(work, partial):
        work = work.func
    name = str(getattr(work, "__qualname__", type(work).__name__))
    place = name.partition(".<locals>")[0]
    return WORDS.get(place, place)
