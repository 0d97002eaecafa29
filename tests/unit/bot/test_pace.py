"""Slack's pace, on a clock that only waiting moves."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import pace as pace_module
from bot.pace import Pace


class Waited:
    """Stands in for time and asyncio.sleep: sleeping takes no time, and moves the clock.

    A little further than asked for, as real sleep does: a pause too short to move a float would last forever.
    """

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, pause_s: float) -> None:
        assert pause_s > 0
        self.now_s += pause_s + 1e-9


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Waited:
    clock = Waited()
    monkeypatch.setattr(pace_module, "time", clock)
    monkeypatch.setattr(pace_module, "asyncio", clock)
    return clock


async def times(pace: Pace, waited: Waited, count: int) -> list[float]:
    began, taken = waited.now_s, []
    for _ in range(count):
        await pace.turn()
        taken.append(round(waited.now_s - began, 6))
    return taken


async def test_a_burst_goes_out_at_once_and_the_rest_at_the_pace(waited: Waited) -> None:
    assert await times(Pace(1.0, 3), waited, 6) == [0, 0, 0, 1, 2, 3]


async def test_a_slower_pace_waits_longer(waited: Waited) -> None:
    assert await times(Pace(0.5, 1), waited, 3) == [0, 2, 4]


async def test_silence_earns_the_burst_back_and_not_more(waited: Waited) -> None:
    pace = Pace(1.0, 2)
    await times(pace, waited, 5)
    waited.now_s += 3_600
    assert await times(pace, waited, 4) == [0, 0, 1, 2]


async def test_a_short_silence_earns_a_part(waited: Waited) -> None:
    pace = Pace(1.0, 1)
    await pace.turn()
    waited.now_s += 0.25
    assert await times(pace, waited, 1) == [0.75]


@given(
    per_second=st.floats(min_value=0.1, max_value=100),
    burst=st.integers(min_value=1, max_value=20),
    silences=st.lists(st.floats(min_value=0, max_value=30), max_size=30),
)
def test_no_stretch_of_time_sees_more_than_the_burst_and_the_pace(
    per_second: float, burst: int, silences: list[float]
) -> None:
    waited = Waited()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace_module, "time", waited)
        patch.setattr(pace_module, "asyncio", waited)
        sent = asyncio.run(_sent(Pace(per_second, burst), waited, silences))
    for first, began in enumerate(sent):
        for count, ended in enumerate(sent[first:], start=1):
            assert count <= burst + (ended - began) * per_second + 1e-6


async def _sent(pace: Pace, waited: Waited, silences: list[float]) -> list[float]:
    sent = []
    for silence_s in silences:
        waited.now_s += silence_s
        await pace.turn()
        sent.append(waited.now_s)
    return sent
