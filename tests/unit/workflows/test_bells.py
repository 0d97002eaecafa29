"""A bell wakes the one loop that looks, and never keeps it from stopping."""

import asyncio

import pytest

from workflows.bells import Bell


async def test_a_loop_that_is_stopped_just_as_its_bell_rings_stops() -> None:
    bell = Bell()

    async def serve() -> None:
        while True:
            await bell.wait(30)

    loop = asyncio.create_task(serve())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.ring()
    loop.cancel()
    done, _ = await asyncio.wait({loop}, timeout=20)
    assert done == {loop}
    with pytest.raises(asyncio.CancelledError):
        loop.result()


async def test_a_bell_that_was_rung_before_does_not_wait() -> None:
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(20):
        await bell.wait(30)
