"""The database file: whether it can be written, is whole, of a known schema; its owner; its dead letters."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.doctor.finding import Finding, StartRefused
from store.errors import SchemaTooNew, Unreadable
from store.health import Health, examine
from store.writable import unwritable
from workflows.desk import LATELY


def unusable(file: Path, reason: str) -> Finding:
    return Finding(
        f"Database: {file} can't be used: {reason}.",
        "Put a copy from your backup in its place (docs/operations.md), "
        "or set SIGNOFF_HOME to a folder that can be written.",
    )


def refuse_read_only(file: Path) -> None:
    """Raises StartRefused where a bot could not write; before SQLite says so in words of its own."""
    refused = _read_only(file)
    if refused is not None:
        raise StartRefused(refused)


def check_database(file: Path, now: datetime) -> Sequence[Finding]:
    """What can be read is judged also where it can't be written.

    Dead letters as long as App Home shows them: nobody has to clear them away.
    """
    refused = _read_only(file)
    if not file.exists():
        return [refused or Finding(f"Database: none yet at {file}; `signoff serve` makes it.")]
    try:
        found = judged(file, examine(file, now - LATELY))
    except Unreadable as error:
        return [refused or unusable(file, str(error))]
    return [*found, refused] if refused else found


def _read_only(file: Path) -> Finding | None:
    closed = unwritable(file)
    if closed is None:
        return None
    return Finding(
        f"Database: {file} can't be written: this process may not write {closed}.",
        "Its disk may be mounted read-only, or it belongs to another user. Make it writable for the user "
        "that Signoff runs as, or set SIGNOFF_HOME to a folder that is.",
    )


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
