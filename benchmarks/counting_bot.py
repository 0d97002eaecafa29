"""The bot as it is, which on SIGUSR1 also writes down how many asyncio tasks it holds: they can't be seen
from outside. `python -m benchmarks.counting_bot`; the file is `tasks` under SIGNOFF_HOME."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.__main__ import main


def _count(*_: object) -> None:
    """Runs inside the event loop, between two of its steps."""
    tasks = asyncio.all_tasks(asyncio.get_running_loop())
    file = Path(os.environ["SIGNOFF_HOME"]) / "tasks"
    new = file.with_suffix(".new")
    new.write_text(str(len(tasks)))
    new.replace(file)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _count)
    sys.argv[1:] = ["serve"]
    main()
