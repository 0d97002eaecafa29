"""One way to take runs from their start to their end, with a stop for a decision between."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol


class Side(Protocol):
    """A Protocol because every saver that is compared is one."""

    async def cycles(self, numbers: range, at_once: int) -> float:
        """Takes one run for each number through start, interrupt and resume; the seconds that took."""
        ...


async def timed(numbers: range, at_once: int, one: Callable[[int], Awaitable[object]]) -> float:
    """The seconds until `one` was done for each number, by so many workers that each take the next."""
    left = iter(numbers)
    began_s = time.perf_counter()
    await asyncio.gather(*(_worker(left, one) for _ in range(at_once)))
    return time.perf_counter() - began_s


async def _worker(left: Iterator[int], one: Callable[[int], Awaitable[object]]) -> None:
    for number in left:
        await one(number)


def rates(numbers: range, took_s: Sequence[float]) -> list[float]:
    """Cycles a second."""
    return [len(numbers) / each for each in took_s]
