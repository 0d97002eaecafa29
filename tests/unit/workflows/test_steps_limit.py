"""The step limit counts nodes across all drives of a run."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.guardrails.steps import StepAllowance

COUNTS = st.integers(min_value=0, max_value=10_000)


def test_the_last_permitted_step_is_the_limit_itself() -> None:
    allowance = StepAllowance(limit=25, used=0)
    assert allowance.permits(25)
    assert not allowance.permits(26)


def test_steps_of_earlier_drives_count() -> None:
    allowance = StepAllowance(limit=25, used=20)
    assert allowance.permits(5)
    assert not allowance.permits(6)


def test_a_run_that_has_used_all_may_not_take_one_more() -> None:
    assert not StepAllowance(limit=25, used=25).permits(1)


@given(limit=COUNTS, used=COUNTS, taken=COUNTS)
def test_however_the_steps_fall_on_drives_their_sum_decides(limit: int, used: int, taken: int) -> None:
    assert StepAllowance(limit, used).permits(taken) == StepAllowance(limit, 0).permits(used + taken)
    assert StepAllowance(limit, used).permits(taken) == StepAllowance(limit, used + taken).permits(0)
