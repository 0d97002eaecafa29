"""The figures that benchmarks quote."""

import pytest

from benchmarks.figures import Spread, percentile, ratios


@pytest.mark.parametrize(
    ("share", "value"), [(0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1, 100)]
)
def test_a_percentile_of_a_hundred_is_the_value_of_that_rank(share: float, value: float) -> None:
    assert percentile([*range(100, 0, -1)], share) == value


@pytest.mark.parametrize(("share", "value"), [(0.5, 20.0), (0.99, 30.0)])
def test_a_percentile_of_a_few_is_one_of_them(share: float, value: float) -> None:
    assert percentile([30.0, 10.0, 20.0], share) == value


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.01)])
def test_there_is_no_percentile_of_nothing_or_outside_the_whole(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match=r"percentile|share"):
        percentile(values, share)


def test_a_spread_is_the_lowest_the_median_and_the_highest() -> None:
    assert Spread.of([4.0, 1.0, 3.0, 2.0]) == Spread(1.0, 2.5, 4.0)


def test_ratios_are_taken_pair_by_pair_so_that_a_slower_machine_changes_none() -> None:
    assert ratios([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]) == Spread(2.0, 2.0, 2.0)


def test_ratios_need_as_many_of_the_one_as_of_the_other() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])
