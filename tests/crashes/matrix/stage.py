"""A sandbox of its own with a bot beside it that can be killed at a point: what one walk happens on."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from bot.parts import Parts
from sandbox.machinery import bot_environment
from sandbox.settings import Settings
from store.sqlite import open_for_reading
from tests.crashes.matrix.bots import Bot
from tests.crashes.matrix.control import Control, Order
from tests.crashes.matrix.seams import seamed
from tests.harness import ROOT, Deliver, Json, Sandbox, free_port, quick_config, until

# Longer than a call that was cut off may take to arrive (bot/posting.py), so that nobody waits for it here.
CUT_OFF_S = 6
PATIENCE_S = 180.0  # on a machine that has other things to do


Meanwhile = Callable[[Bot], None]


def undisturbed(_: Bot) -> None:
    return None


class Stage:
    """`outside` is the sandbox, `bot` the process that dies, `control` the wire to it; `deliver` is how
    Slack reaches the bot."""

    def __init__(self, outside: Sandbox, bot: Bot, control: Control, deliver: Deliver, folder: Path) -> None:
        self.outside = outside
        self.bot = bot
        self.control = control
        self.deliver = deliver
        self._folder = folder

    def start(self, order: Order | None = None, meanwhile: Meanwhile = undisturbed) -> list[str]:
        """A bot under orders; returns the points it passed on its way."""
        until(lambda: not self._is_linked(), "the last bot's connection to be gone", PATIENCE_S)
        self.control.give(order)
        return self.bot.start(meanwhile)

    def start_again(self, order: Order | None = None, meanwhile: Meanwhile = undisturbed) -> list[str]:
        """After a death, when what was under way has arrived or never will."""
        self.advance(CUT_OFF_S)
        return self.start(order, meanwhile)

    def advance(self, seconds: float) -> None:
        assert self.outside.post("clock", advance_s=seconds)["ok"]
        self.bot.tell_of_time()

    def reset(self, quorum: int = 1) -> None:
        """Both sides afresh, with a policy that asks for so many; the bot is not running afterwards."""
        self.control.give(None)
        self.bot.kill()
        self.outside.post("reset")
        self.control.passed()
        configure(self._folder, quorum)

    def calls(self) -> list[Json]:
        """What the sandbox's services were called with since the reset, at most the last 500."""
        calls: list[Json] = httpx.get(f"{self.outside.url}/page/inspector").json()
        return calls

    def kept(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Rows of the bot's database; none while there is no database yet."""
        file = self.outside.home / "signoff.db"
        if not file.exists():
            return []
        with closing(open_for_reading(file)) as connection:
            return [tuple(row) for row in connection.execute(sql, values)]

    def _is_linked(self) -> bool:
        return bool(self.outside.state()["bot"]["ready"])


# Troubles of several kinds at once are more than the three tries that the example allows a drive. A run that
# fails by that name has lost nothing, but here each must come to the end its road says.
ATTEMPTS_MAX = 20


def configure(folder: Path, quorum: int) -> Path:
    approvers = f'{{ users = [], groups = ["S0LEADS"], quorum = {quorum} }}'
    return quick_config(folder, approvers=approvers, attempts_max=str(ATTEMPTS_MAX))


@contextmanager
def staged(
    folder: Path,
    around: Callable[[Control], Parts] = seamed,
    model: str = "",
    deliver: Deliver = "socket",
) -> Iterator[Stage]:
    """The bot is not started yet. `around` makes its parts, with the points in them."""
    port, bot_port = free_port(), free_port()
    home = folder / "home"
    config = configure(folder, quorum=1)
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sandbox", "--port", str(port), "--home", str(home)),
                *("--pace", "100000,100000", "--no-page", "--bot-port", str(bot_port)),
                *("--deliver", deliver),
            ],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        outside = Sandbox(port, home, process.pid, bot_port)
        over_http = bot_port if deliver == "http" else None
        settings = Settings(port=port, home=home, bot_port=over_http, webhook_port=bot_port)
        environment = bot_environment(settings) | {
            "SIGNOFF_CONFIG": str(config),
            "SIGNOFF_MODEL": model,
        }
        control = Control(folder / "points.log")
        bot = Bot(environment, around(control), control, folder / "bot.log")
        try:
            until(lambda: _answers(outside), "the sandbox", PATIENCE_S)
            yield Stage(outside, bot, control, deliver, folder)
        finally:
            bot.kill()
            outside.close()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_S)


def _answers(outside: Sandbox) -> bool:
    try:
        return bool(outside.state())
    except httpx.TransportError:
        return False
