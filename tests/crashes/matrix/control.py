"""The wire from the one who kills to the bot that dies: an order in shared memory, a log of points passed.

Made before the fork, so both sides hold the same memory and file. A bot killed by the kernel leaves the log
complete: each line is one write.
"""

import asyncio
import json
import mmap
import os
import signal
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

MEMORY_BYTES = 4096
HEAD = struct.Struct("<QQ")  # number of the order, length of its text
HELD_LOOK_S = 0.005
READY = "serving"
DIES_AT = "dies at "


@dataclass(frozen=True)
class Order:
    """Die, or stand still, when a point is passed for the nth time since the order was given."""

    point: str
    nth: int = 1
    then: Literal["die", "stand"] = "die"


class Control:
    """The parent orders and reads; the bot passes points."""

    def __init__(self, log: Path) -> None:
        self._memory = mmap.mmap(-1, MEMORY_BYTES)
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_RDWR)
        self._given = 0
        self._followed = 0
        self._read_to = 0
        self._order: Order | None = None
        self._passed = 0
        self._died_at: str | None = None

    def give(self, order: Order | None) -> None:
        """Replaces whatever was ordered, and lets go of a bot that stands."""
        text = json.dumps(asdict(order)).encode() if order else b""
        self._memory[HEAD.size : HEAD.size + len(text)] = text
        self._given += 1
        self._memory[: HEAD.size] = HEAD.pack(self._given, len(text))

    def passed(self) -> list[str]:
        """The points passed since this was last asked, in their order."""
        fresh = os.pread(self._log, os.fstat(self._log).st_size - self._read_to, self._read_to)
        self._read_to += len(fresh)
        lines = fresh.decode().splitlines()
        for line in lines:
            if line.startswith(DIES_AT):
                self._died_at = line.removeprefix(DIES_AT)
        return [line for line in lines if not line.startswith(DIES_AT)]

    def note_death(self, point: str) -> None:
        """Somebody kills a bot that stands at this point."""
        self._died_at = point

    def take_death(self) -> str | None:
        """The point at which it died, once; None where that was at an instant. Ask `passed` before."""
        point, self._died_at = self._died_at, None
        return point

    def is_quiet(self) -> bool:
        """Whether nothing was passed since `passed` was last asked."""
        return os.fstat(self._log).st_size == self._read_to

    def note(self, point: str) -> None:
        """In the bot: passes a point, and dies there if that was ordered."""
        self._follow(point)

    async def stop_at(self, point: str) -> None:
        """In the bot: passes a point, where it may also be told to stand until the order is another."""
        number = self._follow(point)
        while number is not None and HEAD.unpack(self._memory[: HEAD.size])[0] == number:
            await asyncio.sleep(HELD_LOOK_S)

    def _follow(self, point: str) -> int | None:
        os.write(self._log, f"{point}\n".encode())
        number, length = HEAD.unpack(self._memory[: HEAD.size])
        if number != self._followed:
            self._followed, self._passed = number, 0
            text = bytes(self._memory[HEAD.size : HEAD.size + length])
            self._order = Order(**json.loads(text)) if text else None
        if self._order is None or self._order.point != point:
            return None
        self._passed += 1
        if self._passed != self._order.nth:
            return None
        if self._order.then == "die":
            os.write(self._log, f"{DIES_AT}{point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        return int(number)
