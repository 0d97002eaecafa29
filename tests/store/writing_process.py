"""A process that owns the database named by its argument and records deliveries until it is killed.

It prints `owner` when the file is its own, `refused: ...` when it isn't, and the id of each delivery once
`write` has returned.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from store.errors import DatabaseInUse
from store.sqlite import Database
from tests.store.seeds import NOW, delivery

CALLERS = 20


async def main(file: Path) -> None:
    try:
        database = await Database.open(file, NOW)
    except DatabaseInUse as refusal:
        print(f"refused: {refusal}", flush=True)
        return
    print("owner", flush=True)

    async def call(caller: int) -> None:
        for number in itertools.count():
            id = await database.write(delivery(f"{caller}-{number}", size=200))
            print(id, flush=True)

    await asyncio.gather(*(call(caller) for caller in range(CALLERS)))


asyncio.run(main(Path(sys.argv[1])))
