"""A process that migrates the database named by its first argument, and dies by SIGKILL in the middle.

It dies before the statement that contains its second argument.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from store.migrate import migrate

file, fatal = Path(sys.argv[1]), sys.argv[2]


def die_at(statement: str) -> None:
    if fatal in statement:
        os.kill(os.getpid(), signal.SIGKILL)


connection = sqlite3.connect(file, isolation_level=None)
connection.set_trace_callback(die_at)
migrate(connection, file)
