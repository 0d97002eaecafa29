"""What a process holds, read from Linux's `/proc`."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Footprint:
    """Memory in KiB. `shared_fairly` (PSS) divides what is shared among those who share it."""

    resident: int
    shared_fairly: int
    private: int
    threads: int
    open_files: int

    @classmethod
    def of(cls, pid: int) -> "Footprint":
        process = Path("/proc") / str(pid)
        memory = (process / "smaps_rollup").read_text()
        return cls(
            resident=_kib("Rss", memory),
            shared_fairly=_kib("Pss", memory),
            private=_kib("Private_Clean", memory) + _kib("Private_Dirty", memory),
            threads=len(list((process / "task").iterdir())),
            open_files=len(list((process / "fd").iterdir())),
        )


def _kib(name: str, text: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0
