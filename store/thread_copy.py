"""A thread's rows in a database in memory, in which the stock saver's own SQL runs.

Emptied databases are used again: a new one would parse every statement of a drive again, which takes longer
than running it.
"""

import sqlite3
from collections.abc import Sequence

from store.statements import statements

SQL = statements("checkpoints")

Rows = list[tuple[object, ...]]

SPARE_MAX = 32
_spare: list[sqlite3.Connection] = []


class ThreadCopy:
    """Of the rows it is given. `close` when done."""

    def __init__(self, checkpoints: Rows, writes: Rows) -> None:
        self._connection = _spare.pop() if _spare else _empty()
        self._connection.executemany(SQL["copy_checkpoint"], checkpoints)
        self._connection.executemany(SQL["copy_write"], writes)

    def write(self, sql: str, rows: Rows) -> None:
        self._connection.executemany(sql, rows)

    def read(self, sql: str, values: Sequence[object]) -> Rows:
        return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        self._connection.execute(SQL["forget_checkpoints"])
        self._connection.execute(SQL["forget_writes"])
        if len(_spare) < SPARE_MAX:
            _spare.append(self._connection)
        else:
            self._connection.close()


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(SQL["memory_checkpoints"])
    connection.execute(SQL["memory_writes"])
    return connection
