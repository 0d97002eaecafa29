"""The plain model: what people were told, and what must therefore hold. It knows no graph, lease or ledger.

Several people may act at once, and a bot may die or lose its disk before it answers. So the model asks
whether there is *any* order, with any of the unanswered deeds done or not, in which it would have given these
answers and left this record (`explained`). A new deed, or a new answer, is a case in `_after`.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import permutations

from store.audit import SIGNOFF
from tests.hunt.deeds import UNSURE, Answer, Ask, Cancel, Click, Deed, Withdraw
from tests.hunt.record import Record

PENDING = "pending"


@dataclass(frozen=True)
class Request:
    """A run. `promised`: its requester was told that it is cancelled, so that nothing may ever happen."""

    delivery: str
    by: str
    payment: str
    amount: int
    approved: bool = False
    cancelled_by: str | None = None
    promised: bool = False


@dataclass(frozen=True)
class Question:
    run: str
    expires_at: datetime
    approving: frozenset[tuple[str, str | None, str | None]] = frozenset()
    status: str = PENDING
    by: str | None = None


@dataclass
class Model:
    """`given`: the answer each delivery got, for its repeats."""

    leads: frozenset[str]
    quorum: int
    requests: dict[str, Request] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    given: dict[str, Answer] = field(default_factory=dict)

    def explained(
        self, deeds: Sequence[Deed], answers: Sequence[Answer | None], record: Record, now: datetime
    ) -> "Model | None":
        """This model after the deeds, if any order of them explains the answers and the record."""
        for order in permutations(zip(deeds, answers, strict=True)):
            futures = [self]
            for deed, answer in order:
                futures = [
                    after
                    for each in futures
                    for after, said in each._after(deed, answer, now)
                    if said is None or answer is None or answer.word == UNSURE or _fits(said, answer)
                ]
            for each in futures:
                if each._agrees(record, now):
                    return each
        return None

    def _after(
        self, deed: Deed, answer: Answer | None, now: datetime
    ) -> Iterator[tuple["Model", Answer | None]]:
        """What may follow: the model then, and what would have been answered."""
        if answer is None or answer.word == UNSURE:
            yield self, None  # it never arrived, or was not recorded
        match deed:
            case Ask():
                yield self, Answer("started")
            case Click():
                yield self._clicked(deed, now)
            case Cancel():
                yield from self._cancelled(deed)
            case Withdraw():
                yield self, Answer("not_withdrawn")
                if self.requests[deed.run].cancelled_by is None:
                    yield self._without(deed.run, SIGNOFF), Answer("withdrawn")

    def _clicked(self, click: Click, now: datetime) -> tuple["Model", Answer]:
        if click.delivery in self.given:
            return self, self.given[click.delivery]
        after, said = self._voted(click, now)
        after = replace(after, given={**after.given, click.delivery: said})
        return after, said

    def _voted(self, click: Click, now: datetime) -> tuple["Model", Answer]:
        question = self.questions[click.question]
        if click.is_stale:
            return self, Answer("not_what_was_shown")
        if question.status != PENDING:
            return self, Answer("already_decided", question.status, question.by)
        if question.expires_at <= now:
            expired = replace(question, status="expired", by=SIGNOFF)
            return self._with(click.question, expired), Answer("already_decided", "expired", SIGNOFF)
        if click.by == self.requests[question.run].by:
            return self, Answer("own_request")
        if click.by not in self.leads:
            return self, Answer("not_an_approver")
        others = frozenset(each for each in question.approving if each[0] != click.by)
        if click.choice == "reject":
            rejected = replace(question, approving=others, status="rejected", by=click.by)
            return self._with(click.question, rejected), Answer("recorded", "rejected", click.by)
        question = replace(question, approving=others | {click.vote})
        alike = [by for by, *said in question.approving if by in self.leads and said == [*click.vote[1:]]]
        if len(alike) < self.quorum:
            return self._with(click.question, question), Answer("recorded", PENDING)
        approved = replace(question, status="approved", by=click.by)
        after = self._with(click.question, approved)
        request = replace(after.requests[question.run], approved=True)
        after = replace(after, requests={**after.requests, question.run: request})
        return after, Answer("recorded", "approved", click.by)

    def _cancelled(self, cancel: Cancel) -> Iterator[tuple["Model", Answer]]:
        request = self.requests[cancel.run]
        if request.by != cancel.by:
            yield self, Answer("not_yours")
            return
        yield self, Answer("ended")
        if request.cancelled_by == SIGNOFF:
            yield self, Answer("withdrawn")
            if request.approved:
                yield self, Answer("withdrawn_when_done")
                yield self, Answer("withdrawn_in_doubt")
            return
        if request.approved:
            yield self, Answer("too_late")
        after = self if request.cancelled_by else self._without(cancel.run, cancel.by)
        promised = replace(after.requests[cancel.run], promised=True)
        yield replace(after, requests={**after.requests, cancel.run: promised}), Answer("cancelled")

    def _without(self, run: str, by: str) -> "Model":
        """The run is taken back, and nobody is asked about it any more."""
        questions = {
            id: replace(each, status="cancelled", by=by)
            if each.run == run and each.status == PENDING
            else each
            for id, each in self.questions.items()
        }
        request = replace(self.requests[run], cancelled_by=by)
        return replace(self, requests={**self.requests, run: request}, questions=questions)

    def _with(self, id: str, question: Question) -> "Model":
        return replace(self, questions={**self.questions, id: question})

    def _agrees(self, record: Record, now: datetime) -> bool:
        return not any(self.differences(record, now))

    def differences(self, record: Record, now: datetime) -> Iterator[str]:
        """Where the record says something else of the questions known here. What the bot may do by itself is
        no difference: to let a question expire, and to ask again what no longer holds."""
        for id, question in self.questions.items():
            kept = record.questions.get(id)
            if kept is None:
                yield f"{id} is gone"
                continue
            by_itself = (
                (question.status == PENDING and kept.status == "expired" and question.expires_at <= now)
                or (question.status == PENDING and kept.status == "superseded")
                or (question.status == "approved" and kept.status == "superseded")
            )
            if kept.status != question.status and not by_itself:
                yield f"{id} is {kept.status}, not {question.status}"
            elif kept.status == question.status and kept.decided_by != question.by:
                yield f"{id} was decided by {kept.decided_by}, not {question.by}"
            if record.approving[id] != question.approving:
                yield f"{id} has votes of {set(record.approving[id])}, not of {set(question.approving)}"
        for id in set(record.questions) - set(self.questions):
            if record.questions[id].status in ("approved", "rejected"):
                yield f"{id} was decided before anybody saw it"
        for id, request in self.requests.items():
            run = record.runs.get(id)
            if run is None:
                yield f"{id} is gone"
            elif run.cancelled_by != request.cancelled_by:
                yield f"{id} was cancelled by {run.cancelled_by}, not {request.cancelled_by}"

    def seen(self, record: Record) -> "Model":
        """With the questions that were asked since, and what became of others without anybody's deed."""
        after = copy.copy(self)
        after.questions = {
            id: replace(
                self.questions.get(id) or Question(kept.run, kept.expires_at),
                status=kept.status,
                by=kept.decided_by,
            )
            for id, kept in record.questions.items()
        }
        return after


def _fits(said: Answer, given: Answer) -> bool:
    """Between the deed and the answer an approval may have been superseded."""
    if said.word == given.word == "already_decided":
        superseded = (said.status, given.status) == ("approved", "superseded")
        return (superseded or said.status == given.status) and said.by == given.by
    return (said.word, said.status, said.by) == (given.word, given.status, given.by)
