"""Who decides when the bot dies: at named points one after another, or at random instants."""

import random
import time
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from tests.crashes.matrix.bots import Bot
from tests.crashes.matrix.control import Order


class Killer(Protocol):
    """Three of them ship: nobody, at points, at random."""

    def order(self) -> Order | None:
        """What the bot that starts now is told."""
        ...

    def strike(self, bot: Bot) -> None:
        """Asked again and again while the bot lives."""
        ...

    def died_at(self) -> str | None:
        """The point at which it has just died; None where that was at an instant."""
        ...


class Nobody:
    """For a walk that shows which points there are, or whose road itself kills."""

    def __init__(self, died_at: str | None = None) -> None:
        self._died_at = died_at

    def order(self) -> Order | None:
        return None

    def strike(self, bot: Bot) -> None:
        return None

    def died_at(self) -> str | None:
        return self._died_at


class AtPoints:
    """The bot dies at each of these in turn, each time in a new process. What it dies at is its own doing."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._left = deque(orders)
        self._given: Order | None = None

    def order(self) -> Order | None:
        self._given = self._left.popleft() if self._left else None
        return self._given

    def strike(self, bot: Bot) -> None:
        return None

    def died_at(self) -> str | None:
        return self._given.point if self._given else None


class AtRandom:
    """`times` kills, each between no time and `within_s` after the bot was there again."""

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

    def died_at(self) -> str | None:
        return None
