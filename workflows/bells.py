"""Hints that something is due. A lost hint loses nothing: the database says what is due, and is asked
again after a while anyway."""

import asyncio


class Bell:
    """Rung by whoever made something due, awaited by the one loop that looks."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, at_most_s: float) -> None:
        """Returns when rung, or after `at_most_s` seconds.

        Python 3.11's `wait_for` swallows a cancellation that comes just as the bell rings: the loop that is
        to stop would go on for ever.
        """
        try:
            async with asyncio.timeout(at_most_s):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()


class Bells:
    def __init__(self) -> None:
        self.runs = Bell()
        self.outbox = Bell()
        self.patrol = Bell()
        self.looks = Bell()

    def ring(self) -> None:
        self.runs.ring()
        self.outbox.ring()
