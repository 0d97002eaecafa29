"""The sealer: at intervals, and at the end, seals the heads of the chains that have grown.

The database says what is unsealed; a seal that was not recorded is made at the next turn.
"""

import asyncio

import structlog

from store import seals
from store.errors import StoreError
from store.seals import SealKey
from store.sqlite import Database
from workflows.clock import Clock

log = structlog.get_logger()

SEAL_EVERY_S = 60.0
# At the end: how many seals, of a thousand runs each, a stop may still take.
LAST_SEALS_MAX = 10


class Sealer:
    """`start`, then leave it alone. Stop it last of all that writes: then its last seal covers everything."""

    def __init__(
        self, database: Database, tenant: str, key: SealKey, clock: Clock, every_s: float = SEAL_EVERY_S
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._key = key
        self._clock = clock
        self._every_s = every_s
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._serve(), name="sealer")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self._seal_all()

    async def seal(self) -> bool:
        """False when nothing has grown. Raises StoreError."""
        now = self._clock()
        made = await self._database.write(lambda tx: seals.seal(tx, self._tenant, self._key, now))
        return made is not None

    async def _serve(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self._seal_all()

    async def _seal_all(self) -> None:
        try:
            for _ in range(LAST_SEALS_MAX):
                if not await self.seal():
                    return
        except StoreError as error:
            log.error("seal_not_recorded", tenant=self._tenant, error=str(error))
