"""`kill -9` in the middle of a backup: a whole copy or none, and the next one says what is in its way."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.backup import NotBackedUp, back_up
from tests.crashes.kept import broken, over
from tests.harness import ROOT, Sandbox

# Python tells an audit hook of what it is about to do: there it dies.
BACKUP = """
import os, signal, sys
from pathlib import Path
from store.backup import back_up

file, copy, dies_before, times = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
seen = 0

def hook(event, arguments):
    global seen
    seen += event == dies_before
    if event == dies_before and seen == times:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
back_up(file, copy)
"""

MOMENTS = {
    "its name is taken": ("sqlite3.connect", 1),
    "the copy is empty": ("sqlite3.connect/handle", 2),
    "the copy is whole and not on the disk": ("open", 2),
    "the copy has no name": ("os.link", 1),
    "the copy has its name": ("os.remove", 1),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_backup_leaves_a_whole_copy_or_none(mortal: Sandbox, tmp_path: Path, moment: str) -> None:
    file, copy = mortal.home / "signoff.db", tmp_path / "copy.db"
    event, times = MOMENTS[moment]
    command = [sys.executable, "-c", BACKUP, str(file), str(copy), event, str(times)]
    died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr

    assert copy.exists() == (moment == "the copy has its name")
    if not copy.exists():
        with pytest.raises(NotBackedUp, match=r"copy\.db\.unfinished.*delete it"):
            back_up(file, copy)
        (tmp_path / "copy.db.unfinished").unlink()
        back_up(file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM boots").fetchone() > (0,)


def test_the_bot_beside_a_killed_backup_goes_on(mortal: Sandbox, tmp_path: Path) -> None:
    card = mortal.asked("pi_plain20")
    command = [sys.executable, "-c", BACKUP, str(mortal.home / "signoff.db"), str(tmp_path / "copy.db")]
    subprocess.run([*command, "open", "2"], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert mortal.click(card, "approve")["ok"]
    over(mortal, "pi_plain20")
    assert len(mortal.refunds("pi_plain20")) == 1
    assert broken(mortal) == []
