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
    """`roads`: by campaign and road. `points`: of the walks in which the bot was killed there.
    `transports`: by how Slack reached the bot. `covered`: by road, each point passed on it, and its kills."""

    roads: Table = field(default_factory=dict)
    points: Table = field(default_factory=dict)
    transports: Table = field(default_factory=dict)
    covered: Table = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    sittings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return sum(each["kills"] for each in self.roads.values())

    def add(self, campaign: str, name: str, transport: str, walked: Walked) -> None:
        """`name` is the road, or what else the walk shows."""
        counts = walked.judgement.counts() | {"wrong": len(walked.judgement.wrong)}
        whole = counts | {"walks": 1, "kills": len(walked.deaths)}
        self.roads.setdefault(f"{campaign}: {name}", Counter()).update(whole)
        self.transports.setdefault(transport, Counter()).update(whole)
        for point, kills in Counter(each or INSTANT for each in walked.deaths).items():
            self.points.setdefault(point, Counter()).update(counts | {"walks": 1, "kills": kills})
        self.cover(walked)
        if walked.judgement.wrong:
            where = ", ".join(each or INSTANT for each in walked.deaths)
            said = f"{campaign}: {name}, {transport}: killed {where}: {'; '.join(walked.judgement.wrong)}"
            self.wrong = [*self.wrong, said][:WRONG_KEPT_MAX]

    def cover(self, walked: Walked) -> None:
        """Only a walk on one road tells which points lie on it."""
        if len(walked.on) == 1:
            [road] = walked.on
            passed = self.covered.setdefault(road, Counter())
            passed.update(dict.fromkeys(walked.passed, 0))
            passed.update(each for each in walked.deaths if each)

    def merge(self, other: "Counts") -> None:
        mine = (self.roads, self.points, self.transports, self.covered)
        theirs = (other.roads, other.points, other.transports, other.covered)
        for table, added in zip(mine, theirs, strict=True):
            for name, counts in added.items():
                table.setdefault(name, Counter()).update(counts)
        self.wrong = [*self.wrong, *other.wrong][:WRONG_KEPT_MAX]
        self.sittings += other.sittings

    def write(self, file: Path) -> None:
        """Whole or not at all: somebody may read it meanwhile."""
        body = {
            "sittings": self.sittings,
            "transports": _plain(self.transports),
            "roads": _plain(self.roads),
            "points": _plain(self.points),
            "covered": _plain(self.covered),
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
        tables = {name: _counted(body[name]) for name in ("roads", "points", "transports", "covered")}
        return cls(**tables, wrong=body["wrong"], sittings=body["sittings"])


def summed(tables: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in tables:
        total.update(each)
    return total


def _counted(table: dict[str, dict[str, int]]) -> Table:
    return {name: Counter(counts) for name, counts in table.items()}


def _plain(table: Table) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(table[name].items())) for name in sorted(table)}
