"""Who decides when the bot dies: at named points one after another, at random instants, in an orderly end."""

import random
import time
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from tests.crashes.matrix.bots import Bot
from tests.crashes.matrix.control import Order


class Killer(Protocol):
    """Four of them ship: nobody, at points, at random, at points of an orderly end."""

    def order(self) -> Order | None:
        """What the bot that starts now is told."""
        ...

    def strike(self, bot: Bot) -> None:
        """Asked again and again while the bot lives, its start included."""
        ...

    def move_on(self) -> Order | None:
        """What a bot is told that has nothing to do and did not come to its point; None to leave it so."""
        ...


class Nobody:
    """For a walk that shows which points there are, or whose road itself kills."""

    def order(self) -> Order | None:
        return None

    def strike(self, bot: Bot) -> None:
        return None

    def move_on(self) -> Order | None:
        return None


class AtPoints:
    """The bot dies at each of these in turn, each time in a new process. What it dies at is its own doing."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._left = deque(orders)

    def order(self) -> Order | None:
        return self._left.popleft() if self._left else None

    def strike(self, bot: Bot) -> None:
        return None

    def move_on(self) -> Order | None:
        """The point may lie behind it, so the next is tried."""
        return self.order()


class AtRandom:
    """`times` kills, each between no time and `within_s` after the bot began to start again."""

    def __init__(self, chance: random.Random, times: int, within_s: float) -> None:
        self._chance = chance
        self._left = times
        self._within_s = within_s
        self._at_s: float | None = None

    def order(self) -> Order | None:
        self._at_s = time.monotonic() + self._chance.uniform(0, self._within_s) if self._left else None
        return None

    def strike(self, bot: Bot) -> None:
        if self._at_s is not None and time.monotonic() >= self._at_s:
            self._at_s = None
            self._left -= 1
            bot.kill()

    def move_on(self) -> Order | None:
        return None


class AtTheEnd(AtPoints):
    """Each bot is asked to stop within `within_s`, and dies at its point while it does, if it comes there."""

    def __init__(self, orders: Iterable[Order], chance: random.Random, within_s: float) -> None:
        super().__init__(orders)
        self._chance = chance
        self._within_s = within_s
        self._at_s: float | None = None

    def order(self) -> Order | None:
        order = super().order()
        self._at_s = time.monotonic() + self._chance.uniform(0, self._within_s) if order else None
        return order

    def strike(self, bot: Bot) -> None:
        if self._at_s is not None and time.monotonic() >= self._at_s:
            self._at_s = None
            bot.ask_to_stop()

    def move_on(self) -> Order | None:
        return None
