"""What a figure has to be read with: the machine, its load, and the versions of the main parts."""

import os
import platform
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PARTS = (
    "langgraph",
    "langgraph-checkpoint-sqlite",
    "slack-bolt",
    "slack-sdk",
    "stripe",
    "aiohttp",
    "pydantic",
)


@dataclass(frozen=True)
class Machine:
    date: str
    processor: str
    cores: int
    memory_gib: float
    system: str
    load_before: float
    load_after: float
    versions: Mapping[str, str]


def load_average() -> float:
    """Of the last minute."""
    return os.getloadavg()[0]


def this_machine(load_before: float) -> Machine:
    """Read from Linux's own files, so the benchmarks run there only."""
    return Machine(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        processor=_first(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text()),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=int(_first(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text())) / 2**20,
        system=f"{platform.system()} {platform.release()}",
        load_before=load_before,
        load_after=load_average(),
        versions={
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{part: version(part) for part in PARTS},
        },
    )


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else "0"
