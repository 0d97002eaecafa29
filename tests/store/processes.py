"""Real processes on the same file."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def started(module: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python module as a process of its own, killed at the end if it is still there."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.store.{module}", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    """The next line it prints; empty at its end."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def rest(process: "subprocess.Popen[str]") -> list[str]:
    """All it still has printed, whole lines only: the last may have been cut off."""
    assert process.stdout is not None
    return process.stdout.read().split("\n")[:-1]
