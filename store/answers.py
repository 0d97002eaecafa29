"""The writer's answers on their way to the event loop: one wake-up for all of a group.

A wake-up writes to a socket, for which the writer would give the interpreter's lock away, and win it back
only when the loop has nothing left to do.
"""

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any


class Answers:
    """To be made in the loop that waits for them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._settled: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()

    def of(self, settling: "Future[Any]") -> "asyncio.Future[Any]":
        """What is awaited for an answer that another thread settles, and then says `arrived`.

        Cancelling it cancels what has not begun.
        """
        awaited = self._loop.create_future()
        awaited.add_done_callback(partial(_cancel, settling))
        settling.add_done_callback(lambda settled: self._settled.append((awaited, settled)))
        return awaited

    def arrived(self) -> None:
        """Hands on all that is settled. For the other thread, once for as many answers as it has."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._hand_on)

    def _hand_on(self) -> None:
        while self._settled:
            awaited, settled = self._settled.popleft()
            if awaited.done():  # its caller has gone
                continue
            error = settled.exception()
            if error is None:
                awaited.set_result(settled.result())
            else:
                awaited.set_exception(error)


def _cancel(settling: "Future[Any]", awaited: "asyncio.Future[Any]") -> None:
    if awaited.cancelled():
        settling.cancel()
