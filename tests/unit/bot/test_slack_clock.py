"""Slack's clock as we know it: corrected at each answer, and doubted once ours was set."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.slack_clock import SlackClock

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Machine:
    """Its clock may be set; what passes is measured apart."""

    def __init__(self) -> None:
        self.now, self.monotonic = NOW, 100.0
        self.slack = SlackClock(lambda: self.now, lambda: self.monotonic)

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.monotonic += seconds

    def hear(self, slack_now: datetime) -> None:
        self.slack.heard({"date": format_datetime(slack_now, usegmt=True)})


def test_slacks_time_is_ours_and_how_far_it_was_ahead() -> None:
    machine = Machine()
    machine.hear(NOW + timedelta(hours=3))
    machine.wait(60)
    assert machine.slack() == NOW + timedelta(hours=3, seconds=60)
    assert machine.slack.is_sure


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(days=-1), timedelta(seconds=30)])
def test_a_clock_that_was_set_is_doubted_until_slack_is_heard_again(by: timedelta) -> None:
    machine = Machine()
    machine.hear(NOW)
    machine.now += by
    sure = [machine.slack.is_sure]
    machine.hear(NOW)
    sure.append(machine.slack.is_sure)
    assert sure == [False, True]
    assert machine.slack() == NOW


def test_nothing_is_sure_before_slack_was_heard() -> None:
    assert not Machine().slack.is_sure


@pytest.mark.parametrize(
    "headers", [{}, {"Date": ""}, {"Date": "soon"}, {"Date": "Mon, 23 Nov 2026 09:30:00 -0000"}]
)
def test_an_answer_that_tells_no_time_leaves_what_was_known(headers: dict[str, str]) -> None:
    machine = Machine()
    machine.hear(NOW + timedelta(hours=3))
    machine.slack.heard(headers)
    assert machine.slack() == NOW + timedelta(hours=3)
    assert machine.slack.is_sure
