"""What the crash matrix counted: added up without loss, and told as it is."""

from collections import Counter
from pathlib import Path

import pytest

from tests.crashes.matrix.counts import INSTANT, Counts
from tests.crashes.matrix.judge import Judgement
from tests.crashes.matrix.report import written
from tests.crashes.matrix.walk import Walked
from tests.harness import ROOT

# What the committed table has reached: it is added to, and never begun anew to hide something.
KILLS_MIN = 7_569

COUNTS, TABLE = ROOT / "docs" / "crash-matrix.json", ROOT / "docs" / "crash-matrix.md"
NOTHING = dict.fromkeys(("runs", "lost", "replies_expected", "replies_posted", "posted_twice"), 0)


def walked(*deaths: str | None, made: int = 1, wrong: tuple[str, ...] = ()) -> Walked:
    judgement = Judgement(
        **NOTHING,
        refunds_expected=1,
        refunds_made=made,
        cards_expected=1,
        cards_posted=1,
        whispered_twice=0,
        harm=(),
        wrong=wrong,
    )
    passed = ("a — before", "b — after", "c — before")
    return Walked(frozenset(["approved"]), deaths, passed, 0, judgement)


def test_a_walk_counts_once_for_its_road_and_once_for_each_point_it_died_at() -> None:
    counts = Counts()
    walk = walked("a — before", "b — after", "b — after", None)
    counts.add("many in turn", "approved", "Socket Mode", walk)
    assert counts.kills == 4
    assert counts.roads["many in turn: approved"]["refunds_made"] == 1
    assert counts.points["b — after"] == Counter(counts.points["a — before"]) + Counter({"kills": 1})
    assert counts.points[INSTANT]["kills"] == 1
    assert counts.transports["Socket Mode"] == counts.roads["many in turn: approved"]


def test_a_point_that_was_passed_and_not_died_at_is_named() -> None:
    counts = Counts()
    counts.add(
        "many in turn", "approved", "Socket Mode", walked("a — before", "b — after", "b — after", None)
    )
    assert counts.covered["approved"] == {"a — before": 1, "b — after": 2, "c — before": 0}
    assert "| approved | 3 | 2 | 3 | c — before |" in written(counts)


def test_runs_of_it_add_up(tmp_path: Path) -> None:
    file = tmp_path / "counts.json"
    for _ in range(2):
        total = Counts.read(file)
        fresh = Counts()
        fresh.add("faults", "approved", "signed HTTP", walked(None, made=2, wrong=("2 refunds, not 1",)))
        total.merge(fresh)
        total.write(file)
    total = Counts.read(file)
    assert total.kills == 2
    assert total.roads["faults: approved"]["refunds_made"] == 4
    assert total.transports["signed HTTP"]["kills"] == 2
    assert total.covered["approved"] == {"a — before": 0, "b — after": 0, "c — before": 0}
    assert len(total.wrong) == 2
    assert "2 refunds, not 1" in written(total)


@pytest.mark.parametrize("key", ["lost", "posted_twice", "wrong"])
def test_the_committed_table_has_nothing_lost_and_nothing_doubled(key: str) -> None:
    counts = Counts.read(COUNTS)
    assert {name: table[key] for name, table in counts.roads.items() if table[key]} == {}


def test_the_committed_table_has_every_refund_and_every_card_once() -> None:
    for name, table in Counts.read(COUNTS).roads.items():
        assert table["refunds_made"] == table["refunds_expected"], name
        assert table["cards_posted"] == table["cards_expected"], name


def test_the_committed_table_says_what_was_counted() -> None:
    counts = Counts.read(COUNTS)
    assert counts.kills >= KILLS_MIN
    assert counts.kills == sum(each["kills"] for each in counts.points.values())
    assert counts.kills == sum(each["kills"] for each in counts.transports.values())
    assert counts.kills == sum(int(each["kills"]) for each in counts.sittings)
    assert TABLE.read_text() == written(counts)
