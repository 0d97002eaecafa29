"""Looking on from outside: a read-only connection to the bot's database, as `signoff runs` opens it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from store.sqlite import open_for_reading

LOOK_EVERY_S = 0.005
QUIET_WITHIN_S = 120.0

BUSY = "SELECT count(*) FROM runs WHERE status IN ('queued', 'running')"
UNTOLD = "SELECT count(*) FROM outbox WHERE state IN ('due', 'sending')"
DECIDED = "SELECT count(*) FROM approvals WHERE status <> 'pending'"
WAITING = "SELECT count(*) FROM runs WHERE status = 'waiting'"
# Cards whose question is open, the oldest first.
CARDS = """
SELECT m.channel, m.ts FROM messages AS m
JOIN outbox AS o ON o.tenant = m.tenant AND o.id = m.outbox AND o.kind = 'root'
JOIN approvals AS a ON a.tenant = o.tenant AND a.run = o.run AND a.status = 'pending'
ORDER BY o.seq
"""


class NeverQuiet(Exception):
    """The bot had work left after a time that should have been plenty."""


class Rows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def waiting(self) -> int:
        return self._count(WAITING)

    def open_cards(self) -> list[tuple[str, str]]:
        """Channel and time stamp of each."""
        return [(str(row["channel"]), str(row["ts"])) for row in self._connection.execute(CARDS)]

    async def quiet(self, decided: int = 0) -> None:
        """Returns when nothing is due any more, neither in a graph nor for Slack, and `decided` questions
        are decided."""
        end_s = time.monotonic() + QUIET_WITHIN_S
        while self._count(DECIDED) < decided or self._count(BUSY) or self._count(UNTOLD):
            if time.monotonic() > end_s:
                left = f"{self._count(BUSY)} runs and {self._count(UNTOLD)} messages left"
                raise NeverQuiet(f"{left}, {self._count(DECIDED)} of {decided} decided")
            await asyncio.sleep(LOOK_EVERY_S)

    def _count(self, sql: str) -> int:
        return int(self._connection.execute(sql).fetchone()[0])


@contextmanager
def rows_of(home: Path) -> Iterator[Rows]:
    with closing(open_for_reading(home / "signoff.db")) as connection:
        yield Rows(connection)
