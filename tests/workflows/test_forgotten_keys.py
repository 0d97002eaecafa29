"""Stripe forgets a key after a day, and would then refund again: the read before the call keeps it to one."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.clock import Clock
from sandbox.faults import Action, Fault
from store.records import Effect, EffectState, Run, RunStatus
from tests.sandbox.stripe.bench import Bench, open_bench
from tests.workflows.house import House
from tests.workflows.stripe_line import paying_back
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import Answer, Call

PAYMENT = "pi_plain01"
DAY = timedelta(hours=24)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "stripe").mkdir()
    async with open_bench(tmp_path / "stripe") as opened:
        yield opened


class ADayBetween(StripeRefunds):
    """Between a read and whatever comes after it lies a day: the keys known at the read are forgotten."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.client)
        self._clock: Clock = bench.clock

    async def find(self, call: Call) -> Sequence[Answer]:
        found = await super().find(call)
        self._clock.advance((DAY + timedelta(seconds=1)).total_seconds())
        return found


async def begun(house: House, bench: Bench, action: Action, refunds: StripeRefunds | None = None) -> str:
    """A run whose one call has met with this trouble."""
    house.others = [refunds or StripeRefunds(bench.client)]
    await house.install(paying_back(PAYMENT))
    run = await house.asked("paying_back")
    await house.approve(run)
    bench.faults.add(Fault("stripe", action, "refunds.create"))
    await house.drive()
    assert (await effect_of(house, run)).state == EffectState.INTENDED
    return run


async def after(house: House, bench: Bench, run: str, pause: timedelta) -> Run:
    """Drives it when that time has gone by, for us and for Stripe."""
    house.time.move(pause)
    bench.clock.advance(pause.total_seconds())
    await house.drive()
    return await house.run(run)


async def effect_of(house: House, run: str) -> Effect:
    [effect] = await house.effects_of(run)
    return effect


def keys(bench: Bench) -> list[str]:
    return [each["key"] for each in bench.attempts()]


@pytest.mark.parametrize(
    "pause", [timedelta(minutes=1), DAY + timedelta(hours=1)], ids=["soon", "a day later"]
)
async def test_a_refund_whose_answer_was_lost_is_found_whether_or_not_its_key_is_forgotten(
    house: House, bench: Bench, pause: timedelta
) -> None:
    run = await begun(house, bench, "lose_answer")
    assert (await after(house, bench, run, pause)).status == RunStatus.DONE
    [made] = bench.refunds_of(PAYMENT)
    assert (await effect_of(house, run)).external_id == made["id"]
    assert len(keys(bench)) == 1


@pytest.mark.parametrize("action", ["down", "error", "rate_limit"])
async def test_a_refund_that_was_not_made_is_made_with_its_first_key_a_day_later(
    house: House, bench: Bench, action: Action
) -> None:
    """A saved 500 is forgotten like any other answer, and no reason for another key."""
    run = await begun(house, bench, action)
    assert (await after(house, bench, run, DAY + timedelta(hours=1))).status == RunStatus.DONE
    assert len(bench.refunds_of(PAYMENT)) == 1
    assert (len(keys(bench)), len(set(keys(bench)))) == (2, 1)
    assert (await effect_of(house, run)).generation == 0


async def test_a_key_that_is_forgotten_between_the_read_and_the_call_makes_one_refund(
    house: House, bench: Bench
) -> None:
    run = await begun(house, bench, "error", ADayBetween(bench))
    assert (await after(house, bench, run, timedelta(minutes=1))).status == RunStatus.DONE
    assert len(bench.refunds_of(PAYMENT)) == 1
    assert not bench.attempts()[-1]["replayed"], "the saved error was forgotten"
    assert (await effect_of(house, run)).generation == 0


async def test_a_key_that_is_forgotten_after_a_read_that_found_the_refund_is_not_called_again(
    house: House, bench: Bench
) -> None:
    run = await begun(house, bench, "lose_answer", ADayBetween(bench))
    assert (await after(house, bench, run, timedelta(minutes=1))).status == RunStatus.DONE
    assert len(bench.refunds_of(PAYMENT)) == len(keys(bench)) == 1


async def test_a_saved_error_is_followed_by_the_next_key_once_and_by_no_other(
    house: House, bench: Bench
) -> None:
    run = await begun(house, bench, "error")
    assert (await after(house, bench, run, timedelta(minutes=1))).status == RunStatus.QUEUED
    assert (await effect_of(house, run)).generation == 1
    bench.faults.add(Fault("stripe", "lose_answer", "refunds.create"))
    assert (await after(house, bench, run, timedelta(minutes=5))).status == RunStatus.QUEUED
    assert (await after(house, bench, run, DAY)).status == RunStatus.DONE
    assert len(bench.refunds_of(PAYMENT)) == 1
    assert (await effect_of(house, run)).generation == 1
    first, again, following = keys(bench)
    assert first == again != following


async def test_when_nobody_answers_for_twenty_hours_nothing_is_called_any_more(
    house: House, bench: Bench
) -> None:
    run = await begun(house, bench, "lose_answer")
    bench.faults.add(Fault("stripe", "down", "refunds.list", times=3))
    assert (await after(house, bench, run, timedelta(hours=19))).status == RunStatus.QUEUED
    waits = await after(house, bench, run, timedelta(hours=2))
    effect = await effect_of(house, run)
    assert (waits.status, effect.state) == (RunStatus.WAITING, EffectState.UNKNOWN)
    assert effect.outcome is not None
    assert str(effect.outcome["text"]).startswith("Stripe still gives no answer: ")
    assert (await after(house, bench, run, DAY)).status == RunStatus.WAITING, "a person is asked"
    assert len(bench.refunds_of(PAYMENT)) == len(keys(bench)) == 1
