"""The counts, added up walk by walk and run by run, and kept in one small JSON file."""

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crashes.matrix.walk import Walked

INSTANT = "at a random instant"
WRONG_KEPT_MAX = 100

Table = dict[str, Counter[str]]


@dataclass
class Counts:
    """`roads`: by campaign and road. `points`: of the walks in which the bot was killed there."""

    roads: Table = field(default_factory=dict)
    points: Table = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    sittings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return sum(each["kills"] for each in self.roads.values())

    def add(self, campaign: str, road: str, walked: Walked) -> None:
        counts = walked.judgement.counts() | {"wrong": len(walked.judgement.wrong)}
        whole = self.roads.setdefault(f"{campaign}: {road}", Counter())
        whole.update(counts | {"walks": 1, "kills": len(walked.deaths)})
        for point, kills in Counter(each or INSTANT for each in walked.deaths).items():
            self.points.setdefault(point, Counter()).update(counts | {"walks": 1, "kills": kills})
        if walked.judgement.wrong:
            where = ", ".join(each or INSTANT for each in walked.deaths)
            said = f"{campaign}: {road}: killed {where}: {'; '.join(walked.judgement.wrong)}"
            self.wrong = [*self.wrong, said][:WRONG_KEPT_MAX]

    def merge(self, other: "Counts") -> None:
        for mine, theirs in ((self.roads, other.roads), (self.points, other.points)):
            for name, counts in theirs.items():
                mine.setdefault(name, Counter()).update(counts)
        self.wrong = [*self.wrong, *other.wrong][:WRONG_KEPT_MAX]
        self.sittings += other.sittings

    def write(self, file: Path) -> None:
        """Whole or not at all: somebody may read it meanwhile."""
        body = {
            "sittings": self.sittings,
            "roads": _plain(self.roads),
            "points": _plain(self.points),
            "wrong": self.wrong,
        }
        new = file.with_suffix(f".{os.getpid()}.new")
        new.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n")
        new.replace(file)

    @classmethod
    def read(cls, file: Path) -> "Counts":
        """Empty where there is no file yet."""
        if not file.exists():
            return cls()
        body = json.loads(file.read_text())
        roads = {name: Counter(counts) for name, counts in body["roads"].items()}
        points = {name: Counter(counts) for name, counts in body["points"].items()}
        return cls(roads, points, body["wrong"], body["sittings"])


def summed(tables: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in tables:
        total.update(each)
    return total


def _plain(table: Table) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(table[name].items())) for name in sorted(table)}
