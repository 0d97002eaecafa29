"""Whose database it is: a file belongs to the workspace whose runs are in it, and a bot serves one workspace.

A file with runs of other workspaces alone is refused at a start: a token of the wrong workspace, a copy of
another bot's database, or what was tried in the sandbox. Nobody would drive its runs, and new ones would be
mixed into its record. One that has runs of ours as well is served, and what others left open in it is said.
"""

from collections.abc import Sequence
from pathlib import Path

from bot.doctor.finding import Finding, StartRefused
from store.errors import Unreadable
from store.workspaces import Belonging, belonging


def check_workspace(file: Path, tenant: str) -> Sequence[Finding]:
    return judged(file, tenant, _belonging(file, tenant))


def refuse_foreign(file: Path, tenant: str) -> Sequence[Finding]:
    """Raises StartRefused for another workspace's file; otherwise what is to be said of it. Reads only."""
    found = _belonging(file, tenant)
    findings = judged(file, tenant, found)
    if found.is_foreign:
        raise StartRefused(findings[0])
    return findings


def _belonging(file: Path, tenant: str) -> Belonging:
    """Nobody's, where it can't be read: why not is named by whoever opens it."""
    try:
        return belonging(file, tenant)
    except Unreadable:
        return Belonging(has_ours=False, others={})


def judged(file: Path, tenant: str, found: Belonging) -> Sequence[Finding]:
    """Pure."""
    if found.is_foreign:
        return [
            Finding(
                f"Database: {file} is of workspace {' and '.join(sorted(found.others))}, and SLACK_BOT_TOKEN "
                f"is of {tenant}.",
                f"Take that workspace's bot token, or set SIGNOFF_HOME to a folder of {tenant}'s own.",
            )
        ]
    return [
        Finding(
            f"Database: {file} also holds {runs:,} open runs of workspace {other}, which a bot of {tenant} "
            "leaves alone.",
            f"Start Signoff with the bot token of {other} until they have ended, then with this one again.",
        )
        for other, runs in sorted(found.others.items())
        if runs
    ]
