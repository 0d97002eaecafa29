"""The Markdown that a benchmark leaves."""

import pytest

from benchmarks.figures import Spread
from benchmarks.machine import Machine
from benchmarks.report import Report, Section, Table, render, render_table, spread
from benchmarks.start import import_times

MACHINE = Machine(
    date="2026-11-23 08:00 UTC",
    processor="Example 9000",
    cores=2,
    memory_gib=23.5,
    system="Linux 6.1",
    load_before=0.1,
    load_after=1.25,
    versions={"Python": "3.11.7", "langgraph": "1.2.22"},
)

TABLE = Table(("what", "n", "p50 ms"), [["a|b", "1,000", "2.5"], ["a click", "10", "1,012.0"]])


def test_a_table_has_a_ruler_and_its_figures_to_the_right() -> None:
    assert render_table(TABLE).splitlines() == [
        "| what    |     n |  p50 ms |",
        "| ------- | ----: | ------: |",
        "| a\\|b    | 1,000 |     2.5 |",
        "| a click |    10 | 1,012.0 |",
    ]


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        Table(("what", "n"), [["alone"]])


def test_a_report_says_what_was_measured_on_what_machine_and_how_busy_it_was() -> None:
    report = Report("Acks", [Section("Over a socket", "From one end.", TABLE, ["Read this.", "And this."])])
    text = render(report, MACHINE)
    assert text.startswith("# Acks\n\n2026-11-23 08:00 UTC: 2 cores of Example 9000, 24 GiB, Linux 6.1;")
    assert "load average 0.10 when it began, 1.25 when it ended. Python 3.11.7, langgraph 1.2.22." in text
    assert "\n\n## Over a socket\n\nFrom one end.\n\n| what    |" in text
    assert text.endswith("1,012.0 |\n\n* Read this.\n* And this.\n")


def test_a_spread_is_told_with_its_median_first() -> None:
    assert spread(Spread(900.0, 1234.56, 2000.0)) == "1,234.6 (900.0 to 2,000.0)"


def test_import_times_are_added_up_by_package() -> None:
    told = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   stripe._util\n"
        "import time:        50 |        150 | stripe\n"
        "import time:         7 |          7 | json\n"
    )
    took, modules = import_times(told)
    assert (took, modules) == ({"stripe": 150, "json": 7}, {"stripe": 2, "json": 1})
