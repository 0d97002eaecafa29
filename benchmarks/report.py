"""What a benchmark found, and the Markdown it becomes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import Spread
from benchmarks.machine import Machine


@dataclass(frozen=True)
class Table:
    """`rows` under `columns`; the first column names the row, the others are figures."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{len(row)} cells under {len(self.columns)} columns: {row}")


@dataclass(frozen=True)
class Section:
    """A question: how it was measured, what came out, and what one should know to read it."""

    title: str
    how: str
    table: Table
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    title: str
    sections: Sequence[Section]


def render(report: Report, machine: Machine) -> str:
    parts = [f"# {report.title}", _facts(machine)]
    for section in report.sections:
        parts += [f"## {section.title}", section.how, render_table(section.table)]
        parts += ["\n".join(f"* {note}" for note in section.notes)] if section.notes else []
    return "\n\n".join(parts) + "\n"


def render_table(table: Table) -> str:
    """Columns as wide as their widest cell, figures to the right."""
    cells = [[each.replace("|", "\\|") for each in row] for row in (table.columns, *table.rows)]
    widths = [max(3, *(len(row[n]) for row in cells)) for n in range(len(table.columns))]
    lines = [_line(row, widths) for row in cells]
    ruler = [f"{'-' * widths[0]}", *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    return "\n".join([lines[0], f"| {' | '.join(ruler)} |", *lines[1:]])


def figure(value: float, digits: int = 1) -> str:
    return f"{value:,.{digits}f}"


def spread(values: Spread, digits: int = 1) -> str:
    """`12.3 (11.9 to 14.0)`: the median, and from the lowest to the highest."""
    return f"{figure(values.middle, digits)} ({figure(values.low, digits)} to {figure(values.high, digits)})"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    figures = (each.rjust(width) for each, width in zip(row[1:], widths[1:], strict=True))
    return f"| {' | '.join([row[0].ljust(widths[0]), *figures])} |"


def _facts(machine: Machine) -> str:
    loads = f"load average {machine.load_before:.2f} when it began, {machine.load_after:.2f} when it ended"
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.date}: {machine.cores} cores of {machine.processor}, {machine.memory_gib:.0f} GiB, "
        f"{machine.system}; {loads}. {versions}. Bot, sandbox (Slack and Stripe) and the client that "
        "drives them are three processes that share these cores, over loopback."
    )
