"""Bots that are broken on purpose, each in one way: the test of the test. The hunt must find every one.

Those of the crash matrix that are about effects, and some that only people's clicks can find.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from bot.parts import Parts
from store.records import Approval, Run
from store.transaction import Transaction
from tests.crashes.matrix import variants
from tests.crashes.matrix.control import Control
from tests.hunt.bot import Around, MakeApprovals, whole
from tests.hunt.fate import Fate
from workflows.approvals.decide import Answer, AnswerKind, Approvals, Ballot


@dataclass(frozen=True)
class Broken:
    around: Around = whole
    approvals: MakeApprovals = Approvals


class AnybodyDecides(Approvals):
    """Policy is shown on the card and not asked at the click."""

    def _obstacle(self, approval: Approval, run: Run | None, voter: str, now: datetime) -> Answer | None:
        obstacle = super()._obstacle(approval, run, voter, now)
        return None if obstacle and obstacle.kind == AnswerKind.NOT_ALLOWED else obstacle


class OneIsEnough(Approvals):
    """Whoever approves first decides, however many have to agree."""

    def _missing(self, tx: Transaction, approval: Approval, ballot: Ballot, run: Run, now: datetime) -> int:
        super()._missing(tx, approval, ballot, run, now)
        return 0


class EveryVoteCounts(Approvals):
    """The votes are counted, and not who may still cast them."""

    def _missing(self, tx: Transaction, approval: Approval, ballot: Ballot, run: Run, now: datetime) -> int:
        quorum = int(str(approval.policy["quorum"]))
        row = tx.one(
            "SELECT count(*) AS count FROM votes WHERE approval = :id AND vote = 'approve'", id=approval.id
        )
        return max(quorum - int(str(row["count"])), 0) if row else quorum


class RepeatsAreNew(Approvals):
    """A delivery that comes twice is taken for two clicks."""

    def _decide(self, tx: Transaction, ballot: Ballot, now: datetime) -> Answer:
        return self._take(tx, ballot, now)


class WhateverWasShown(Approvals):
    """The digest in the button is not compared."""

    def _take(self, tx: Transaction, ballot: Ballot, now: datetime) -> Answer:
        row = tx.one("SELECT digest FROM approvals WHERE id = :id", id=ballot.approval)
        return super()._take(tx, replace(ballot, digest=str(row["digest"])) if row else ballot, now)


def _variant(name: str) -> Broken:
    def around(fate: Fate) -> Parts:
        return variants.VARIANTS[name](cast(Control, fate))  # it has what the seams ask

    return Broken(around=around)


OF_EFFECTS = tuple(name for name in variants.VARIANTS if name != "post without metadata")

BROKEN: Mapping[str, Broken] = {
    **{name: _variant(name) for name in OF_EFFECTS},
    "anybody decides": Broken(approvals=AnybodyDecides),
    "one approval is enough": Broken(approvals=OneIsEnough),
    "votes of who has left count": Broken(approvals=EveryVoteCounts),
    "a repeated delivery is a new click": Broken(approvals=RepeatsAreNew),
    "the digest is not compared": Broken(approvals=WhateverWasShown),
}
