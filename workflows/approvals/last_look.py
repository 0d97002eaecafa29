"""The last look before an approval is acted on: do its votes still carry, and does what it was asked on hold?

It is taken before the first effect that rests on an approval is begun. From then on the approval is used up
as a whole, so that a drive which comes again is not led astray by what the run itself has changed. Whatever
can't be read puts the run off; nothing is done on what is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from store import approvals
from store.records import Approval, ApprovalStatus, Run, Vote
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.decide import Choice
from workflows.approvals.directory import Directory
from workflows.approvals.policy import Policy, are_fresh, weigh
from workflows.clock import Clock
from workflows.errors import NoLongerHolds, NotKnown, Postponed, Unanswered
from workflows.gates import GateRequest
from workflows.pauses import no_sooner, pause
from workflows.workflow import NoLongerHolding

# Nothing is under way yet, so a day that a clock jumps must not end a run whose next read would succeed.
WAITED_MAX = timedelta(days=7)
PAUSE_MIN = timedelta(seconds=1)
PAUSE_MAX = timedelta(minutes=5)


@dataclass(frozen=True)
class _Resting:
    """An approval that is acted on, and the votes that carried it."""

    approval: Approval
    votes: tuple[Vote, ...]
    approved_at: datetime


class LastLook:
    """Reads people through the directory, and everything else by what the workflow gives."""

    def __init__(self, database: Database, directory: Directory, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    async def take(self, run: Run, approval: str, no_longer_holding: NoLongerHolding | None) -> None:
        """Returns when the effects may be begun, as far as can be read; what the gate in SQL refuses passes.

        Raises NoLongerHolds with what has changed, Postponed when something can't be read now, NotKnown when
        it could not be for a week, and whatever else the workflow's reading raises.
        """
        resting = self._database.look_up(lambda tx: _resting(tx, run, approval))
        if resting is None:
            return
        changed = [
            *await self._votes_missing(run, resting),
            *await self._facts_changed(resting, no_longer_holding),
        ]
        if changed:
            raise NoLongerHolds(approval, tuple(changed))

    async def changed_since(
        self, run: Run, approval: str, answer: str, no_longer_holding: NoLongerHolding | None
    ) -> Sequence[str]:
        """What speaks against beginning an effect of `approval` anew, as people said in `answer`.

        Whoever gave that answer has to be allowed to now; who had approved before may have left since.
        Raises Postponed, NotKnown, and whatever else the workflow's reading raises.
        """
        given, said = await self._database.read(
            lambda tx: (_given(tx, run, approval), _given(tx, run, answer))
        )
        if given is None or said is None:
            return ["the approval is no longer in force"]
        votes = await self._votes_missing(run, said)
        return [
            *votes,
            *await self._facts_changed(replace(given, approved_at=said.approved_at), no_longer_holding),
        ]

    async def _votes_missing(self, run: Run, resting: _Resting) -> Sequence[str]:
        await self._directory.freshen()
        policy = Policy.model_validate(resting.approval.policy)
        voters = [self._directory.facts(each.voter, policy) for each in resting.votes]
        now = self._clock()
        if not are_fresh(voters, now):
            raise self._later(
                resting, "voters_unread", "Slack does not tell whether whoever approved still may"
            )
        weighed = weigh(policy, voters, run.requester, now)
        if weighed.carries(policy):
            return []
        count = len(weighed.void)
        if count == 1:
            return ["an approval no longer counts, since whoever gave it may not approve any more"]
        return [f"{count} approvals no longer count, since those who gave them may not approve any more"]

    async def _facts_changed(
        self, resting: _Resting, no_longer_holding: NoLongerHolding | None
    ) -> Sequence[str]:
        if no_longer_holding is None:
            return []
        try:
            return await no_longer_holding(GateRequest.model_validate(resting.approval.request))
        except Unanswered as unanswered:
            what = (
                f"{unanswered.system.capitalize()} does not tell whether all is as it was when this was asked"
            )
            raise self._later(resting, "facts_unread", what, unanswered.asked_pause) from unanswered

    def _later(
        self, resting: _Resting, kind: str, what: str, asked: timedelta | None = None
    ) -> Postponed | NotKnown:
        waited = self._clock() - resting.approved_at
        if waited > WAITED_MAX:
            return NotKnown(kind, what)
        reason = f"{what}. Nothing is done before that is known; it is read again."
        id = resting.approval.id
        return Postponed(kind, reason, no_sooner(pause(waited, PAUSE_MIN, PAUSE_MAX, id), asked, id))


def _resting(tx: Transaction, run: Run, id: str) -> _Resting | None:
    """None for an approval that allows nothing, or under which something was begun already."""
    return _carried(tx, approvals.to_act_on(tx, run.tenant, run.id, id))


def _given(tx: Transaction, run: Run, id: str) -> _Resting | None:
    """None for an approval that is not in force."""
    return _carried(tx, approvals.get(tx, run.tenant, id))


def _carried(tx: Transaction, approval: Approval | None) -> _Resting | None:
    if approval is None or approval.status != ApprovalStatus.APPROVED or approval.decided_at is None:
        return None
    votes = tuple(
        each
        for each in approvals.votes(tx, approval.tenant, approval.id)
        if each.vote == Choice.APPROVE and (each.said, each.said_id) == (approval.said, approval.said_id)
    )
    return _Resting(approval, votes, approval.decided_at)
