"""Taking a vote: facts, then one transaction of policy, compare-and-set, vote, audit, and the run due."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from store import approvals, audit, deliveries, outbox, runs
from store.approvals import NewVote
from store.audit import SIGNOFF, Event
from store.records import Approval, ApprovalStatus, Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows import announce
from workflows.approvals.conclude import conclude, said_as
from workflows.approvals.directory import Directory
from workflows.approvals.policy import Policy, Said, Verdict, judge, weigh
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.gates import Asks, asks_of


class Choice(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True)
class Place:
    """The message a button was pressed in."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Ballot:
    """A click. `approval` and `digest` come from the button; nothing else it carries is believed.

    `place` is None where there is no message: a modal, which was opened from a card already looked at.
    `said` answers what became of an effect in doubt, `said_id` names its record where it happened.
    """

    tenant: str
    delivery: str
    approval: str
    digest: str
    voter: str
    choice: Choice
    reason: str = ""
    place: Place | None = None
    said: Said | None = None
    said_id: str | None = None


class AnswerKind(StrEnum):
    RECORDED = "recorded"
    ALREADY_DECIDED = "already_decided"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    NOT_WHAT_WAS_SHOWN = "not_what_was_shown"


class Cast(StrEnum):
    """What a vote that counts was to whoever cast it."""

    FIRST = "first"
    AGAIN = "again"
    INSTEAD = "instead"


class Answer(BaseModel):
    """What became of a ballot, or what stands in its way. `status`, `by` and `at` tell of the decision.

    RECORDED with `status` PENDING: the vote counts, and `missing` more that say the same are needed. `cast`
    and `said` tell which vote it was.
    """

    model_config = ConfigDict(frozen=True)

    kind: AnswerKind
    status: ApprovalStatus | None = None
    by: str | None = None
    at: AwareDatetime | None = None
    verdict: Verdict | None = None
    policy: Policy | None = None
    cast: Cast | None = None
    said: Said | None = None
    missing: int = 0

    @property
    def is_decision(self) -> bool:
        """The ballot decided it, which the card shows."""
        return self.kind == AnswerKind.RECORDED and self.status != ApprovalStatus.PENDING


class Approvals:
    """The use cases on approvals."""

    def __init__(self, database: Database, directory: Directory, clock: Clock, bells: Bells) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._bells = bells

    async def look(
        self, tenant: str, approval: str, digest: str, voter: str, place: Place
    ) -> Answer | Approval:
        """The pending approval if this person could decide it now, else what stands in the way."""
        now = self._clock()

        def work(tx: Transaction) -> Answer | Approval:
            found = _find(tx, tenant, approval, digest, place)
            if isinstance(found, Answer):
                return found
            run = runs.get(tx, found.tenant, found.run)
            return self._obstacle(found, run, voter, now) or found

        return await self._database.read(work)

    async def decide(self, ballot: Ballot, deadline_s: float) -> Answer:
        """Raises NotRecorded. A repeated delivery gets the answer the first one got."""
        now = self._clock()
        answer = await self._database.write(lambda tx: self._decide(tx, ballot, now), deadline_s)
        self._bells.ring()
        return answer

    def _decide(self, tx: Transaction, ballot: Ballot, now: datetime) -> Answer:
        given = deliveries.answer_given(tx, ballot.tenant, ballot.delivery)
        if given is not None:
            return Answer.model_validate(given)
        answer = self._take(tx, ballot, now)
        deliveries.record(tx, ballot.tenant, ballot.delivery, answer.model_dump(mode="json"), now)
        return answer

    def _take(self, tx: Transaction, ballot: Ballot, now: datetime) -> Answer:
        found = _find(tx, ballot.tenant, ballot.approval, ballot.digest, ballot.place)
        if isinstance(found, Answer):
            return found
        run = runs.get(tx, found.tenant, found.run)
        if run is None:
            return Answer(kind=AnswerKind.UNKNOWN)
        if found.status == ApprovalStatus.PENDING and found.expires_at <= now:
            # Its time is over, though the timer has not come round yet.
            conclude(tx, run, found, ApprovalStatus.EXPIRED, SIGNOFF, "", now)
            return Answer(kind=AnswerKind.ALREADY_DECIDED, status=ApprovalStatus.EXPIRED, by=SIGNOFF, at=now)
        obstacle = self._obstacle(found, run, ballot.voter, now)
        if obstacle is not None:
            return obstacle
        if not _answers(ballot, found):
            return Answer(kind=AnswerKind.NOT_WHAT_WAS_SHOWN)
        cast = _cast(tx, found, ballot)
        self._insert(tx, found, ballot, now)
        if ballot.choice == Choice.REJECT:
            conclude(tx, run, found, ApprovalStatus.REJECTED, ballot.voter, ballot.reason, now)
            return Answer(kind=AnswerKind.RECORDED, status=ApprovalStatus.REJECTED, by=ballot.voter, at=now)
        missing = self._missing(tx, found, ballot, run, now)
        if not missing:
            status, said = ApprovalStatus.APPROVED, (ballot.said, ballot.said_id)
            conclude(tx, run, found, status, ballot.voter, ballot.reason, now, *said)
            return Answer(kind=AnswerKind.RECORDED, status=status, by=ballot.voter, at=now)
        if cast != Cast.AGAIN:
            detail: dict[str, object] = {
                "approval": found.id,
                "digest": found.digest,
                **said_as(ballot.said, ballot.said_id),
            }
            audit.append(tx, run.tenant, run.id, Event("vote", ballot.voter, detail), now)
            announce.card_changed(tx, run, f"vote.{ballot.delivery}", now)
        return Answer(
            kind=AnswerKind.RECORDED,
            status=ApprovalStatus.PENDING,
            cast=cast,
            said=ballot.said,
            missing=missing,
        )

    def _insert(self, tx: Transaction, approval: Approval, ballot: Ballot, now: datetime) -> None:
        policy = Policy.model_validate(approval.policy)
        approvals.insert_vote(
            tx,
            NewVote(
                tenant=approval.tenant,
                approval=approval.id,
                voter=ballot.voter,
                vote=ballot.choice,
                reason=ballot.reason,
                facts=self._directory.facts(ballot.voter, policy).model_dump(mode="json"),
                said=ballot.said,
                said_id=ballot.said_id,
            ),
            now,
        )

    def _missing(self, tx: Transaction, approval: Approval, ballot: Ballot, run: Run, now: datetime) -> int:
        """How many more have to say the same. Their votes are weighed again on what is known of them now."""
        policy = Policy.model_validate(approval.policy)
        cast = [
            each
            for each in approvals.votes(tx, approval.tenant, approval.id)
            if each.vote == Choice.APPROVE and (each.said, each.said_id) == (ballot.said, ballot.said_id)
        ]
        voters = [self._directory.facts(each.voter, policy) for each in cast]
        weighed = weigh(policy, voters, run.requester, now)
        for each in cast:
            is_void = each.voter in weighed.void
            if is_void != (each.void_since is not None):
                approvals.mark_void(tx, each, now if is_void else None)
                announce.card_changed(tx, run, f"vote.{ballot.delivery}", now)
        return weighed.missing(policy)

    def _obstacle(self, approval: Approval, run: Run | None, voter: str, now: datetime) -> Answer | None:
        if approval.status != ApprovalStatus.PENDING:
            return Answer(
                kind=AnswerKind.ALREADY_DECIDED,
                status=approval.status,
                by=approval.decided_by,
                at=approval.decided_at,
            )
        policy = Policy.model_validate(approval.policy)
        requester = run.requester if run else voter
        verdict = judge(policy, self._directory.facts(voter, policy), requester, now)
        if verdict != Verdict.ALLOWED:
            return Answer(kind=AnswerKind.NOT_ALLOWED, verdict=verdict, policy=policy)
        return None


def _cast(tx: Transaction, approval: Approval, ballot: Ballot) -> Cast:
    """Against the vote this person has already, if it counts. To be asked before the new one is stored."""
    for each in approvals.votes(tx, approval.tenant, approval.id):
        if each.voter == ballot.voter and each.void_since is None:
            same = (each.said, each.said_id) == (ballot.said, ballot.said_id)
            return Cast.AGAIN if same else Cast.INSTEAD
    return Cast.FIRST


def _answers(ballot: Ballot, approval: Approval) -> bool:
    """Whether this is an answer to what is asked: only a doubt is answered by what became of it."""
    if ballot.choice == Choice.REJECT:
        return ballot.said is None
    if asks_of(approval.request) != Asks.OUTCOME:
        return ballot.said is None
    return ballot.said is not None and (ballot.said == Said.HAPPENED) == bool(ballot.said_id)


def _find(tx: Transaction, tenant: str, approval: str, digest: str, place: Place | None) -> Approval | Answer:
    """The approval, if it is the one shown there: equal refunds of two runs have equal digests."""
    found = approvals.get(tx, tenant, approval)
    if found is None:
        return Answer(kind=AnswerKind.UNKNOWN)
    card = outbox.message(tx, tenant, outbox.root_id(tenant, found.run))
    # A card whose answer from Slack was lost has a place nobody here knows yet.
    elsewhere = (
        place is not None and card is not None and (card.channel, card.ts) != (place.channel, place.ts)
    )
    if found.digest != digest or elsewhere:
        return Answer(kind=AnswerKind.NOT_WHAT_WAS_SHOWN)
    return found
