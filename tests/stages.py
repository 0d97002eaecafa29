"""Sandboxes that many tests of a process share: each is started when it is first asked for, and kept."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.harness import Deliver, Sandbox, quick_config, running_sandbox

Farewell = Callable[[Sandbox], None]


class Stages:
    """One sandbox for each name and way to the bot. `close` stops them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[tuple[str, Deliver], Sandbox] = {}
        self._open = ExitStack()

    def get(self, name: str, deliver: Deliver, farewell: Farewell | None = None) -> Sandbox:
        """`farewell` is what must hold of it before it stops; that of the first to ask counts."""
        if (name, deliver) not in self._running:
            folder = self._folder / f"{name}-{deliver}"
            folder.mkdir()
            config = quick_config(folder)
            running = self._open.enter_context(
                running_sandbox(folder / "home", config=config, deliver=deliver)
            )
            if farewell is not None:
                self._open.callback(farewell, running)
            self._running[name, deliver] = running
        return self._running[name, deliver]

    def close(self) -> None:
        self._open.close()
