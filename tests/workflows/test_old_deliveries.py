"""Deliveries are remembered for as long as they may be repeated, and no longer."""

import asyncio
from datetime import timedelta

from store import deliveries
from tests.workflows.house import TENANT, House
from workflows.engine.embedded import EmbeddedEngine

WAIT_S = 60


async def test_a_bot_that_runs_for_days_forgets_old_deliveries_and_keeps_fresh_ones(house: House) -> None:
    engine = EmbeddedEngine(house.database, house.driver, TENANT, house.time, house.bells)
    await engine.start()
    try:
        await house.database.write(lambda tx: deliveries.record(tx, TENANT, "old", {}, house.time()))
        house.time.move(timedelta(days=6))
        await house.database.write(lambda tx: deliveries.record(tx, TENANT, "fresh", {}, house.time()))
        house.time.move(timedelta(days=2))
        async with asyncio.timeout(WAIT_S):
            while await _is_known(house, "old"):
                house.bells.ring()
                await asyncio.sleep(0.01)
        assert await _is_known(house, "fresh")
    finally:
        await engine.stop()


async def _is_known(house: House, id: str) -> bool:
    return await house.database.read(lambda tx: deliveries.answer_given(tx, TENANT, id)) is not None
