"""What lies on one person's desk: questions they may decide, what they asked for, what was decided lately.

Read from the database a page at a time, so that five thousand waiting questions cost as much as ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store import approvals, outbox, runs
from store.records import Approval, DeadLetter, Message, Run
from store.transaction import Transaction

PAGE_ROWS = 10
LETTERS_MAX = 5
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Owner:
    """Whose desk it is. `names` are the ids a policy may name them by; none for who can't decide anything."""

    tenant: str
    user: str
    names: Sequence[str]


@dataclass(frozen=True)
class Item:
    """A run with the question this is about, and where its card lives once it is posted."""

    run: Run
    approval: Approval | None
    card: Message | None


@dataclass(frozen=True)
class Page:
    """One page of a list of `total` items; `number` counts from 0 and is never past the last page."""

    items: tuple[Item, ...]
    number: int
    total: int

    @property
    def first(self) -> int:
        """The place of the page's first item in the list, counted from 1."""
        return self.number * PAGE_ROWS + 1

    @property
    def is_last(self) -> bool:
        return (self.number + 1) * PAGE_ROWS >= self.total


@dataclass(frozen=True)
class Undelivered:
    """A message about this run that Slack took in no form."""

    run: Run
    letter: DeadLetter


@dataclass(frozen=True)
class Desk:
    waiting: Page
    asked: Page
    decided: Page
    undelivered: tuple[Undelivered, ...] = ()


def waiting(tx: Transaction, owner: Owner, number: int) -> Page:
    """Questions this person may decide, the first to expire first."""
    tenant, user, names = owner.tenant, owner.user, owner.names
    if not names:
        return Page((), 0, 0)
    total = approvals.count_waiting_for(tx, tenant, user, names)
    number = _within(number, total)
    found = approvals.waiting_for(tx, tenant, user, names, PAGE_ROWS, number * PAGE_ROWS)
    return Page(_of_approvals(tx, found), number, total)


def asked(tx: Transaction, owner: Owner, number: int) -> Page:
    """Everything this person asked for, newest first."""
    total = runs.count_asked_by(tx, owner.tenant, owner.user)
    number = _within(number, total)
    found = runs.asked_by(tx, owner.tenant, owner.user, PAGE_ROWS, number * PAGE_ROWS)
    return Page(tuple(_of_run(tx, run) for run in found), number, total)


def still_open(tx: Transaction, owner: Owner) -> Page:
    """What this person asked for that has not ended: the newest ones."""
    total = runs.count_open(tx, owner.tenant, owner.user)
    found = runs.open_of(tx, owner.tenant, owner.user, PAGE_ROWS)
    return Page(tuple(_of_run(tx, run) for run in found), 0, total)


def decided(tx: Transaction, owner: Owner, number: int, now: datetime) -> Page:
    """Decisions of the last days this person asked for, made or might have made, newest first."""
    tenant, user, names, since = owner.tenant, owner.user, owner.names, now - LATELY
    total = approvals.count_decided_for(tx, tenant, user, names, since)
    number = _within(number, total)
    found = approvals.decided_for(tx, tenant, user, names, since, PAGE_ROWS, number * PAGE_ROWS)
    return Page(_of_approvals(tx, found), number, total)


def undelivered(tx: Transaction, owner: Owner, now: datetime) -> tuple[Undelivered, ...]:
    """What Slack refused to show lately of what this person asked for, or might decide: the newest ones."""
    letters = outbox.dead_for(tx, owner.tenant, owner.user, owner.names, now - LATELY, LETTERS_MAX)
    read = [(runs.get(tx, owner.tenant, each.run), each) for each in letters]
    return tuple(Undelivered(run, letter) for run, letter in read if run is not None)


def _within(number: int, total: int) -> int:
    """A list may have become shorter since its button was drawn."""
    return max(0, min(number, (total - 1) // PAGE_ROWS))


def _of_approvals(tx: Transaction, found: Sequence[Approval]) -> tuple[Item, ...]:
    read = [(runs.get(tx, each.tenant, each.run), each) for each in found]
    return tuple(Item(run, approval, _card(tx, run)) for run, approval in read if run is not None)


def _of_run(tx: Transaction, run: Run) -> Item:
    of_run = approvals.of_run(tx, run.tenant, run.id)
    return Item(run, of_run[-1] if of_run else None, _card(tx, run))


def _card(tx: Transaction, run: Run) -> Message | None:
    return outbox.message(tx, run.tenant, outbox.root_id(run.tenant, run.id))
