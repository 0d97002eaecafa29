"""Deliveries and steps: rows of which the first one counts."""

from dataclasses import replace

from store import deliveries, steps
from store.errors import Stale
from store.sqlite import Database
from store.steps import NewStep
from store.transaction import Transaction
from tests.store.seeds import LATER, NOW, RUN, TENANT, running
from tests.store.waiting import in_one_group

STEP = NewStep(TENANT, RUN.id, 0, "assess", 0, "The payment is refundable.", NOW, NOW)


async def test_a_repeated_delivery_gets_the_answer_given(database: Database) -> None:
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "Ev1")) is None
    await database.write(lambda tx: deliveries.record(tx, TENANT, "Ev1", {"text": "Asked."}, NOW))
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "Ev1")) == {"text": "Asked."}
    assert await database.read(lambda tx: deliveries.answer_given(tx, "T0ELSEWHERE", "Ev1")) is None


async def test_of_two_deliveries_at_once_the_second_is_stale(database: Database) -> None:
    def taken(tx: Transaction, text: str) -> None:
        deliveries.record(tx, TENANT, "Ev1", {"text": text}, NOW)

    first, second = await in_one_group(database, [lambda tx: taken(tx, "one"), lambda tx: taken(tx, "two")])
    assert first is None
    assert isinstance(second, Stale)
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "Ev1")) == {"text": "one"}


async def test_only_older_deliveries_of_the_workspace_are_forgotten(database: Database) -> None:
    def work(tx: Transaction) -> int:
        deliveries.record(tx, TENANT, "old", {}, NOW)
        deliveries.record(tx, TENANT, "new", {}, LATER)
        deliveries.record(tx, "T0ELSEWHERE", "old", {}, NOW)
        return deliveries.forget_before(tx, TENANT, LATER)

    assert await database.write(work) == 1
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "old")) is None
    assert await database.read(lambda tx: deliveries.answer_given(tx, TENANT, "new")) == {}
    assert await database.read(lambda tx: deliveries.answer_given(tx, "T0ELSEWHERE", "old")) == {}


async def test_a_line_of_reasoning_written_again_keeps_its_first_words(database: Database) -> None:
    def work(tx: Transaction) -> tuple[int | None, int | None, int | None]:
        running(tx, database.boot)
        return (
            steps.insert(tx, STEP),
            steps.insert(tx, replace(STEP, text="Said otherwise the second time.", started_at=LATER)),
            steps.insert(tx, replace(STEP, ordinal=1, text="And not disputed.")),
        )

    assert await database.write(work) == (1, None, 2)
    lines = await database.read(lambda tx: steps.of_run(tx, TENANT, RUN.id, 10))
    assert [line.text for line in lines] == ["The payment is refundable.", "And not disputed."]
    assert len(await database.read(lambda tx: steps.of_run(tx, TENANT, RUN.id, limit=10))) == 2
    assert len(await database.read(lambda tx: steps.of_run(tx, TENANT, RUN.id, 1))) == 1
