"""The database file: that it opens, is whole and of a schema we know, who owns it, and its dead letters."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.doctor.finding import Finding
from store.errors import SchemaTooNew, Unreadable
from store.health import Health, examine
from workflows.desk import LATELY


def unusable(file: Path, reason: str) -> Finding:
    return Finding(
        f"Database: {file} can't be used: {reason}.",
        "Put a copy from your backup in its place (docs/operations.md), "
        "or set SIGNOFF_HOME to a folder that can be written.",
    )


def check_database(file: Path, now: datetime) -> Sequence[Finding]:
    """Dead letters as long as App Home shows them: nobody has to clear them away."""
    if not file.exists():
        return [Finding(f"Database: none yet at {file}; `signoff serve` makes it.")]
    try:
        health = examine(file, now - LATELY)
    except Unreadable as error:
        return [unusable(file, str(error))]
    return judged(file, health)


def judged(file: Path, health: Health) -> Sequence[Finding]:
    """Pure."""
    if health.problems:
        return [unusable(file, f"it is damaged ({'; '.join(health.problems)})")]
    if health.schema > health.schema_known:
        too_new = str(SchemaTooNew(str(file), health.schema, health.schema_known))
        return [Finding(f"Database: {too_new}", "An older one never touches it.")]
    owned = f"in use by process {health.owner}" if health.owner else "not in use"
    older = ", which the next start brings up to date" if health.schema < health.schema_known else ""
    findings = [Finding(f"Database: {file} is whole, schema {health.schema}{older}; {owned}.")]
    findings += [
        Finding(
            f"Dead letter: {each.kind} of run {each.run} could not be said in {each.channel}: {each.error}.",
            f"Mend the cause, and tell people yourself what `signoff show {each.run}` says. "
            f"It leaves this list on {each.dead_at + LATELY:%Y-%m-%d}, a week after.",
        )
        for each in health.dead
    ]
    return findings
