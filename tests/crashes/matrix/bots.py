"""Bots that start in an instant: forked from this process, which has imported everything, and really killed.

Whoever uses this has no thread of its own: a fork copies only the one that calls it.
"""

import asyncio
import ctypes
import faulthandler
import gc
import inspect
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401  httpx imports it at its first call: once, and not in each child

from bot import logs
from bot.bootstrap import serving
from bot.doctor.finding import Uninstalled
from bot.parts import Parts
from bot.settings import read_config, read_environment
from bot.winding_up import wind_up
from tests.crashes.matrix.control import READY, Control
from workflows.bells import Bells

START_MAX_S = 90.0  # on a machine that has other things to do; winding up takes up to 30 s of it
LOOK_S = 0.01
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class BotStuck(Exception):
    """The bot neither serves nor ends."""


class Bot:
    """One process at a time on one home. `was_killed` tells of the last: a bot may also end by itself, where
    Slack refuses to say who it is."""

    def __init__(self, environment: Mapping[str, str], parts: Parts, control: Control, log: Path) -> None:
        self._environment = environment
        self._parts = parts
        self._control = control
        self._log = log
        self.pid: int | None = None
        self.was_killed = False
        # Once instead of in each child: Bolt asks where it was called from, which looks at every module.
        inspect.stack()
        gc.collect()
        gc.freeze()  # a collection in the child would copy every page of what was imported

    def start(self, meanwhile: Callable[["Bot"], None]) -> list[str]:
        """Returns the points passed until it serves, or until it died on the way. `meanwhile` is called again
        and again, and may kill it."""
        self.pid = os.fork()
        if self.pid == 0:
            self._be_the_bot()
        passed: list[str] = []
        deadline_s = time.monotonic() + START_MAX_S
        while READY not in passed and self.is_alive():
            if time.monotonic() > deadline_s:
                if self.pid is not None:
                    os.kill(self.pid, signal.SIGABRT)  # its log then tells where it stood
                    os.waitpid(self.pid, 0)
                    self.pid = None
                raise BotStuck(f"a bot neither served nor ended within {START_MAX_S:.0f} s")
            time.sleep(LOOK_S)
            passed += self._control.passed()
            meanwhile(self)
        passed += self._control.passed()
        return [each for each in passed if each != READY]

    def is_alive(self) -> bool:
        if self.pid is None:
            return False
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            return True
        self.pid = None
        self.was_killed = os.WIFSIGNALED(status)
        return False

    def kill(self) -> None:
        """`kill -9`; returns when it is dead."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid, self.was_killed = None, True

    def tell_of_time(self) -> None:
        """Whoever moved the clock rings the bells, so that nobody waits until the bot looks by itself."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGUSR1)

    def ask_to_stop(self) -> None:
        """An orderly end begins, as after Ctrl-C; nobody waits for it here."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def _be_the_bot(self) -> None:
        try:
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            os.setsid()
            if _libc is not None:
                _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            log = os.open(self._log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
            os.dup2(log, 1)
            os.dup2(log, 2)
            faulthandler.enable()
            os.environ.update(self._environment)
            logs.configure()
            asyncio.run(self._serve())
        except BaseException:  # noqa: BLE001  the log hears of it, and no child may go on as its parent
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)

    async def _serve(self) -> None:
        environment = read_environment()
        bells, stopping = self._parts.bells(), asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
        loop.add_signal_handler(signal.SIGUSR1, _ring_all, bells)
        parts, config = replace(self._parts, bells=lambda: bells), read_config(environment.signoff_config)
        try:
            async with serving(environment, config, parts):
                self._control.note(READY)
                await stopping.wait()
        except Uninstalled:
            await wind_up(environment, config, parts)


def _ring_all(bells: Bells) -> None:
    for bell in (bells.runs, bells.outbox, bells.looks, bells.patrol):
        bell.ring()
