"""Pauses grow, end at a limit, differ from each other, and can be told beforehand."""

from datetime import timedelta
from itertools import pairwise

import pytest

from workflows.pauses import ASKED_MAX, asked_for, no_sooner, pause, pause_after

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WHOSE = [f"run-{number}" for number in range(1000)]


def test_a_pause_is_half_the_age_and_shortened_by_up_to_half() -> None:
    for whose in WHOSE:
        assert 15 * SECOND <= pause(MINUTE, SECOND, HOUR, whose) <= 30 * SECOND


def test_a_pause_has_a_least_and_a_most() -> None:
    for whose in WHOSE:
        assert SECOND / 2 <= pause(timedelta(0), SECOND, HOUR, whose) <= SECOND
        assert HOUR / 2 <= pause(1000 * HOUR, SECOND, HOUR, whose) <= HOUR
        assert MINUTE / 2 <= pause_after(10**9, SECOND, 4, MINUTE, whose) <= MINUTE


def test_a_clock_that_was_put_back_does_not_make_it_ask_every_second() -> None:
    assert pause(-24 * HOUR, SECOND, 5 * MINUTE, "run") > 2 * MINUTE


def test_a_pause_grows_with_the_failures_before_it() -> None:
    for whose in WHOSE:
        waits = [pause_after(failures, 2 * SECOND, 4, HOUR, whose) for failures in range(5)]
        assert all(shorter < longer for shorter, longer in pairwise(waits))
        assert SECOND <= waits[0] <= 2 * SECOND


def test_what_failed_together_does_not_come_back_together() -> None:
    waits = sorted(pause(MINUTE, SECOND, HOUR, whose) for whose in WHOSE)
    assert len(set(waits)) == len(WHOSE)
    tenths = [int((each - 15 * SECOND) / (1.5 * SECOND)) for each in waits]
    assert all(tenths.count(tenth) > 50 for tenth in range(10)), "spread over the whole of what it may be"


def test_one_run_gets_another_share_each_time_and_the_same_when_it_is_asked_twice() -> None:
    shares = {pause_after(failures, HOUR, 1, HOUR, "run-1") for failures in range(10)}
    assert len(shares) == 10
    assert pause(MINUTE, SECOND, HOUR, "run-1") == pause(MINUTE, SECOND, HOUR, "run-1")
    assert {pause(MINUTE + n * SECOND, HOUR, HOUR, "run-1") for n in range(10)} != {HOUR}


def test_what_the_other_system_asks_for_is_heeded_and_a_little_more() -> None:
    assert no_sooner(SECOND, None, "run") == SECOND
    assert no_sooner(HOUR, MINUTE, "run") == HOUR
    waits = {no_sooner(SECOND, MINUTE, whose) for whose in WHOSE}
    assert len(waits) == len(WHOSE)
    assert MINUTE <= min(waits) <= max(waits) <= 1.25 * MINUTE


def test_nobody_is_kept_waiting_for_as_long_as_they_are_told_to() -> None:
    assert no_sooner(SECOND, 24 * HOUR, "run") <= 1.25 * ASKED_MAX


@pytest.mark.parametrize(
    ("header", "heard"),
    [
        ("120", 120),
        (" 1 ", 1),
        ("0", 0),
        ("9" * 400, 86_400),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("nan", None),
        ("Thu, 26 Nov 2026 12:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_whole_seconds_or_nothing(header: str | None, heard: int | None) -> None:
    wait = asked_for(header)
    assert (wait.total_seconds() if wait is not None else None) == heard
