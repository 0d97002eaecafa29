"""The bot as the hunt has it: a forked process, asked over a pipe, that may die over any question.

Whoever uses this has no thread of its own: a fork copies only the one that calls it.
"""

import gc
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from tests.hunt.bot import Plan, live

_FORK = multiprocessing.get_context("fork")


class Died(Exception):
    """The bot died before it answered; the message names the point."""


class Mortal:
    """`start` it, `ask` it, and start it again when it died."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        gc.collect()
        gc.freeze()  # a collection in the child would copy every page of what was imported

    def start(self, plan: Plan) -> None:
        self._plan = plan
        self._pipe, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=live, args=(plan, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._answer()

    def ask(self, name: str, *arguments: Any) -> Any:
        """Calls the bot's method of that name. Raises Died."""
        assert self._pipe is not None, "it was started"
        try:
            self._pipe.send((name, arguments))
        except (BrokenPipeError, ConnectionResetError):
            raise self._buried() from None
        return self._answer()

    def kill(self) -> None:
        """`kill -9`; returns when it is dead."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = self._pipe = None

    def _answer(self) -> Any:
        assert self._pipe is not None, "it was started"
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._buried() from None

    def _buried(self) -> Died:
        self.kill()
        body = self._plan.home / "died-at"
        if not body.exists():
            log = (self._plan.home / "bot.log").read_text()
            raise AssertionError(f"the bot ended by itself:\n{log[-4_000:]}")
        point = body.read_text()
        body.unlink()
        return Died(point)
