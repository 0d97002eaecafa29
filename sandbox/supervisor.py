"""The bot's supervisor: starts it, kills it, and knows whether it takes clicks."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.changes import Changes

LOG_BYTES_MAX = 5_000_000
LOG_TAIL_LINES = 20
READY_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 10.0
COMMAND_NOT_FOUND = 127

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class BotOutcome:
    """What `POST /drive/bot` answers."""

    ok: bool
    pid: int | None
    ready: bool
    error: str | None = None


class Supervisor:
    """Runs `command` in a process group of its own. A bot that ends by itself is not started again."""

    def __init__(
        self,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        log_file: Path,
        is_linked: Callable[[], bool],
        drop_links: Callable[[], Any],
        changes: Changes,
    ) -> None:
        self._command = command
        self._environment = environment
        self._log_file = log_file
        self._is_linked = is_linked
        self._drop_links = drop_links
        self._changes = changes
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self.exit_code: int | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def ready(self) -> bool:
        """Clicks are taken: the process lives (if it is ours to run) and holds a connection."""
        return self._is_linked() and (self._process is not None or not self._command)

    def state(self) -> dict[str, Any]:
        return {
            "pid": self.pid,
            "ready": self.ready,
            "exit_code": self.exit_code,
            "supervised": bool(self._command),
            "log_tail": [] if self.ready else self._log_tail(),
        }

    async def start(self) -> BotOutcome:
        """Starts the bot unless it runs, and waits until it is ready or READY_TIMEOUT_S are over."""
        if not self._command:
            return self._refused()
        async with self._turn:
            if self._process is None:
                try:
                    await self._spawn()
                except OSError as refusal:
                    self.exit_code = COMMAND_NOT_FOUND
                    self._append_to_log(f"{self._command[0]}: {refusal.strerror}\n")
                    self._changes.bump()
                    return BotOutcome(ok=False, pid=None, ready=False, error="command_not_found")
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while not self.ready and self._process is not None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            await self._changes.wait_past(self._changes.version, left_s)
        error = None if self.ready else ("not_ready" if self._process else "exited")
        return BotOutcome(self.ready, self.pid, self.ready, error)

    async def kill(self) -> BotOutcome:
        """SIGKILL to the whole group; returns when the process is dead and nothing is connected."""
        return await self._end(signal.SIGKILL)

    async def stop(self) -> BotOutcome:
        """SIGTERM, and SIGKILL after STOP_TIMEOUT_S."""
        return await self._end(signal.SIGTERM)

    async def restart(self) -> BotOutcome:
        await self.stop()
        return await self.start()

    async def _end(self, signal_number: signal.Signals) -> BotOutcome:
        if not self._command:
            return self._refused()
        async with self._turn:
            watch = self._watch
            if self._process is not None and watch is not None:
                _signal_group(self._process.pid, signal_number)
                done, _ = await asyncio.wait([watch], timeout=STOP_TIMEOUT_S)
                if not done:
                    _signal_group(self._process.pid, signal.SIGKILL)
                    await watch
            await self._drop_links()
        return BotOutcome(ok=True, pid=None, ready=self.ready)

    async def _spawn(self) -> None:
        self._bound_log()
        with self._log_file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if _libc else None,
            )
        self._process = process
        self.exit_code = None
        self._watch = asyncio.create_task(self._await_end(process))
        self._changes.bump()

    async def _await_end(self, process: asyncio.subprocess.Process) -> None:
        self.exit_code = await process.wait()
        _signal_group(process.pid, signal.SIGKILL)  # whatever the bot left behind in its group
        self._process = None
        await self._drop_links()
        self._changes.bump()

    def _refused(self) -> BotOutcome:
        return BotOutcome(ok=False, pid=None, ready=self.ready, error="no_command_to_supervise")

    def _bound_log(self) -> None:
        if self._log_file.exists() and self._log_file.stat().st_size > LOG_BYTES_MAX:
            self._log_file.write_bytes(b"")

    def _append_to_log(self, text: str) -> None:
        with self._log_file.open("a") as log:
            log.write(text)

    def _log_tail(self) -> list[str]:
        if not self._log_file.exists():
            return []
        with self._log_file.open("rb") as log:
            log.seek(max(0, self._log_file.stat().st_size - 8192))
            return log.read().decode(errors="replace").splitlines()[-LOG_TAIL_LINES:]


def _die_with_parent() -> None:
    """Runs in the child: Linux kills it when the sandbox dies, however that happens."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _signal_group(pid: int, signal_number: signal.Signals) -> None:
    try:
        os.killpg(pid, signal_number)
    except ProcessLookupError:
        return  # already gone
