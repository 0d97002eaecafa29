"""The few figures a benchmark quotes: medians, high percentiles, spreads and ratios. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1] of all values do not exceed: nearest rank.

    It is always one of the values: nothing is interpolated, so a p99 is something that happened.
    """
    if not values:
        raise ValueError("there is no percentile of nothing")
    if not 0 < share <= 1:
        raise ValueError(f"a share lies between 0 and 1, and {share} does not")
    return sorted(values)[math.ceil(share * len(values)) - 1]


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one thing."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(min(values), median(values), max(values))


def ratios(these: Sequence[float], those: Sequence[float]) -> Spread:
    """How many times `these` are `those`, pair by pair as they were measured in turn.

    A machine that becomes slower on the way slows both sides of a pair, so the ratio bears it.
    """
    return Spread.of([this / that for this, that in zip(these, those, strict=True)])
