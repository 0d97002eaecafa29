"""Approvals and votes: asked once, decided once, used once."""

import sqlite3
from dataclasses import replace

import pytest

from store import approvals
from store.approvals import NewVote
from store.errors import Stale
from store.records import Approval, ApprovalStatus
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.seeds import APPROVAL, LATER, NOW, RUN, TENANT, asked
from tests.store.waiting import in_one_group

VOTE = NewVote(TENANT, APPROVAL.id, "U0MORGAN", "approve", "", {"groups": ["S0LEADS"]})


def the_approval(tx: Transaction) -> Approval:
    found = approvals.get(tx, TENANT, APPROVAL.id)
    assert found is not None
    return found


@pytest.fixture
async def pending(database: Database) -> Approval:
    def work(tx: Transaction) -> Approval:
        asked(tx, database.boot)
        return the_approval(tx)

    return await database.write(work)


async def test_an_approval_comes_back_as_it_was_asked(pending: Approval) -> None:
    assert (pending.status, pending.digest, pending.expires_at) == (
        ApprovalStatus.PENDING,
        APPROVAL.digest,
        APPROVAL.expires_at,
    )
    assert (pending.effects, pending.facts) == (APPROVAL.effects, APPROVAL.facts)


async def test_a_gate_asks_once_in_an_epoch(database: Database, pending: Approval) -> None:
    """The key decides, whatever the id: only a discriminator or a later epoch makes a second question."""
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: approvals.insert(tx, replace(APPROVAL, id="apr-2"), NOW))
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: approvals.insert(tx, replace(APPROVAL, gate="other"), NOW))
    await database.write(
        lambda tx: approvals.insert(tx, replace(APPROVAL, id="apr-3", discriminator="2"), NOW)
    )
    await database.write(lambda tx: approvals.insert(tx, replace(APPROVAL, id="apr-4", epoch=1), NOW))
    found = await database.read(lambda tx: approvals.of_run(tx, TENANT, RUN.id))
    assert [approval.id for approval in found] == ["apr-1", "apr-3", "apr-4"]


async def test_of_two_decisions_at_once_the_second_is_stale(database: Database, pending: Approval) -> None:
    def approve(tx: Transaction) -> None:
        approvals.decide(tx, pending, ApprovalStatus.APPROVED, "U0MORGAN", "", NOW)

    def reject(tx: Transaction) -> None:
        approvals.decide(tx, pending, ApprovalStatus.REJECTED, "U0SAM", "no receipt", LATER)

    first, second = await in_one_group(database, [approve, reject])
    assert first is None
    assert isinstance(second, Stale)
    found = await database.read(the_approval)
    assert (found.status, found.decided_by, found.decided_at) == (ApprovalStatus.APPROVED, "U0MORGAN", NOW)


@pytest.mark.parametrize("status", sorted(set(ApprovalStatus) - {ApprovalStatus.PENDING}))
async def test_every_decision_is_final(database: Database, pending: Approval, status: ApprovalStatus) -> None:
    await database.write(lambda tx: approvals.decide(tx, pending, status, "U0MORGAN", "", NOW))
    with pytest.raises(Stale):
        await database.write(
            lambda tx: approvals.decide(tx, pending, ApprovalStatus.APPROVED, "U0SAM", "", NOW)
        )
    assert (await database.read(the_approval)).status is status


async def test_a_decision_leads_somewhere_else_than_pending(database: Database, pending: Approval) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(
            lambda tx: approvals.decide(tx, pending, ApprovalStatus.PENDING, "U0MORGAN", "", NOW)
        )


async def test_a_decision_in_another_workspace_touches_nothing(database: Database, pending: Approval) -> None:
    foreign = pending.model_copy(update={"tenant": "T0ELSEWHERE"})
    with pytest.raises(Stale):
        await database.write(
            lambda tx: approvals.decide(tx, foreign, ApprovalStatus.APPROVED, "U0OLGA", "", NOW)
        )


async def test_a_decision_is_used_by_one_drive(database: Database, pending: Approval) -> None:
    with pytest.raises(Stale):
        await database.write(lambda tx: approvals.mark_used(tx, TENANT, pending.id, 1))
    await database.write(
        lambda tx: approvals.decide(tx, pending, ApprovalStatus.REJECTED, "U0MORGAN", "", NOW)
    )
    await database.write(lambda tx: approvals.mark_used(tx, TENANT, pending.id, 1))
    with pytest.raises(Stale):
        await database.write(lambda tx: approvals.mark_used(tx, TENANT, pending.id, 2))


async def test_only_pending_approvals_expire_and_only_when_their_time_has_come(
    database: Database, pending: Approval
) -> None:
    def found(tx: Transaction) -> list[int]:
        times = (NOW, pending.expires_at)
        return [len(approvals.expired(tx, TENANT, at, 10)) for at in times]

    assert await database.read(found) == [0, 1]
    await database.write(
        lambda tx: approvals.decide(tx, pending, ApprovalStatus.APPROVED, "U0MORGAN", "", NOW)
    )
    assert await database.read(found) == [0, 0]


async def test_a_voter_has_one_vote_the_latest(database: Database, pending: Approval) -> None:
    await database.write(lambda tx: approvals.insert_vote(tx, VOTE, NOW))
    await database.write(lambda tx: approvals.insert_vote(tx, replace(VOTE, voter="U0SAM"), LATER))
    await database.write(lambda tx: approvals.insert_vote(tx, replace(VOTE, vote="reject"), LATER))
    votes = await database.read(lambda tx: approvals.votes(tx, TENANT, APPROVAL.id))
    assert {(vote.voter, vote.vote) for vote in votes} == {("U0MORGAN", "reject"), ("U0SAM", "approve")}
    assert votes[0].facts == {"groups": ["S0LEADS"]}


async def test_a_vote_that_is_void_counts_again_when_its_voter_votes_again(
    database: Database, pending: Approval
) -> None:
    def void(tx: Transaction) -> None:
        approvals.insert_vote(tx, VOTE, NOW)
        [vote] = approvals.votes(tx, TENANT, APPROVAL.id)
        approvals.mark_void(tx, vote, LATER)

    await database.write(void)
    [vote] = await database.read(lambda tx: approvals.votes(tx, TENANT, APPROVAL.id))
    assert vote.void_since == LATER
    await database.write(lambda tx: approvals.insert_vote(tx, VOTE, LATER))
    [vote] = await database.read(lambda tx: approvals.votes(tx, TENANT, APPROVAL.id))
    assert vote.void_since is None


@pytest.mark.parametrize("vote", [replace(VOTE, approval="apr-9"), replace(VOTE, tenant="T0ELSEWHERE")])
async def test_a_vote_needs_its_approval(database: Database, pending: Approval, vote: NewVote) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: approvals.insert_vote(tx, vote, NOW))
