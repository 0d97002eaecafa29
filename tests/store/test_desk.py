"""What lies on a person's desk: only theirs, only of their workspace, a page at a time however much waits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store import approvals, runs
from store.approvals import NewApproval
from store.records import ApprovalStatus
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.seeds import APPROVAL, NOW, RUN, TENANT
from workflows import desk
from workflows.desk import LATELY, PAGE_ROWS, Owner, Page

MORGAN = Owner(TENANT, "U0MORGAN", ["U0MORGAN", "S0LEADS"])
FIONA = Owner(TENANT, "U0FIONA", ["U0FIONA", "S0FINANCE"])
RILEY = Owner(TENANT, "U0RILEY", [])
LEADS: dict[str, object] = {"users": [], "groups": ["S0LEADS"]}


def asks(
    tx: Transaction, number: int, requester: str = "U0RILEY", tenant: str = TENANT, **more: object
) -> NewApproval:
    """A run with its question, the higher its number the later."""
    at = NOW + timedelta(minutes=number)
    run = f"run-{number:05}"
    runs.insert(tx, replace(RUN, id=run, requester=requester, tenant=tenant), at)
    values = {"policy": LEADS, "expires_at": at + timedelta(hours=72), **more}
    new = replace(APPROVAL, tenant=tenant, id=f"apr-{number:05}", run=run, **values)  # type: ignore[arg-type]
    approvals.insert(tx, new, at)
    return new


def decides(tx: Transaction, new: NewApproval, by: str, after: timedelta = timedelta(0)) -> None:
    found = approvals.get(tx, new.tenant, new.id)
    assert found is not None
    approvals.decide(tx, found, ApprovalStatus.APPROVED, by, "", NOW + after)


def of(page: Page) -> list[str]:
    return [item.run.id for item in page.items]


async def test_a_question_waits_for_who_is_named_by_group_or_by_id_and_did_not_ask_it(
    database: Database,
) -> None:
    def fill(tx: Transaction) -> None:
        asks(tx, 1)
        asks(tx, 2, requester="U0MORGAN")
        asks(tx, 3, policy={"users": ["U0FIONA"], "groups": []})
        asks(tx, 4, tenant="T0ELSEWHERE")
        decides(tx, asks(tx, 5), "U0SAM")

    await database.write(fill)
    assert of(await database.read(lambda tx: desk.waiting(tx, MORGAN, 0))) == ["run-00001"]
    assert of(await database.read(lambda tx: desk.waiting(tx, FIONA, 0))) == ["run-00003"]
    assert of(await database.read(lambda tx: desk.waiting(tx, RILEY, 0))) == []


async def test_what_was_decided_is_told_to_who_asked_decided_or_might_have(database: Database) -> None:
    def fill(tx: Transaction) -> None:
        decides(tx, asks(tx, 1), "U0SAM")
        decides(tx, asks(tx, 2, policy={"users": ["U0FIONA"], "groups": []}), "U0FIONA")
        decides(tx, asks(tx, 3), "U0MORGAN", after=-LATELY - timedelta(seconds=1))
        asks(tx, 4)

    await database.write(fill)
    assert of(await database.read(lambda tx: desk.decided(tx, MORGAN, 0, NOW))) == ["run-00001"]
    assert of(await database.read(lambda tx: desk.decided(tx, FIONA, 0, NOW))) == ["run-00002"]
    assert of(await database.read(lambda tx: desk.decided(tx, RILEY, 0, NOW))) == ["run-00002", "run-00001"]
    gus = Owner(TENANT, "U0GUS", [])
    assert of(await database.read(lambda tx: desk.decided(tx, gus, 0, NOW))) == []


@pytest.mark.parametrize(
    ("number", "shown", "first", "size"),
    [(0, 0, 0, PAGE_ROWS), (250, 250, 2500, PAGE_ROWS), (500, 500, 5000, 3), (9999, 500, 5000, 3)],
)
async def test_each_page_of_five_thousand_is_a_page(
    five_thousand: Database, number: int, shown: int, first: int, size: int
) -> None:
    page = await five_thousand.read(lambda tx: desk.waiting(tx, MORGAN, number))
    assert (page.number, page.total, page.first) == (shown, 5003, first + 1)
    assert of(page) == [f"run-{each:05}" for each in range(first, first + size)]
    assert page.is_last == (size < PAGE_ROWS)


async def test_what_somebody_asked_for_comes_newest_first(five_thousand: Database) -> None:
    page = await five_thousand.read(lambda tx: desk.asked(tx, RILEY, 0))
    assert page.total == 5003
    assert of(page)[:2] == ["run-05002", "run-05001"]
    still_open = await five_thousand.read(lambda tx: desk.still_open(tx, RILEY))
    assert of(still_open) == of(page)


@pytest.fixture
async def five_thousand(database: Database) -> Database:
    def fill(tx: Transaction) -> None:
        for number in range(5003):
            asks(tx, number)

    await database.write(fill)
    return database
