"""Which points lie on a road, and which of them nobody has died at yet."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.crashes.matrix.control import Order
from tests.crashes.matrix.counts import Counts
from tests.crashes.matrix.killers import Nobody
from tests.crashes.matrix.roads import APPROVED, Road, trip_on
from tests.crashes.matrix.stage import Stage
from tests.crashes.matrix.walk import walk


class Points:
    """The points of each road, in the order of a walk without a kill: found once, kept in `folder` for all.

    `known` holds the kills there were, those of earlier runs too.
    """

    def __init__(self, folder: Path, known: Counts) -> None:
        self._folder = folder
        self.known = known

    def of(self, road: Road, stage: Stage) -> list[Order]:
        file = self._folder / f"{road.name}.points.json"
        if not file.exists():
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps([asdict(each) for each in _found(road, stage)]))
            new.replace(file)
        return [Order(**each) for each in json.loads(file.read_text())]

    def kills(self, road: Road, point: str) -> int:
        return self.known.covered.get(road.name, Counter())[point]

    def left(self, road: Road) -> int:
        """How many points of the road nobody has died at, as far as it is known; many for a new road."""
        passed = self.known.covered.get(road.name)
        return sum(1 for kills in passed.values() if not kills) if passed else 100


def _found(road: Road, stage: Stage) -> Iterator[Order]:
    """The points of the start only with the plain road: they are the same with each."""
    walked = walk(stage, [trip_on(road, 1)], Nobody())
    if walked.judgement.wrong:
        raise AssertionError(f"{road.name}, with no kill: {walked.judgement.wrong}")
    seen: Counter[str] = Counter()
    for place, point in enumerate(walked.passed):
        seen[point] += 1
        if place >= walked.served_after or road is APPROVED:
            yield Order(point, seen[point])
