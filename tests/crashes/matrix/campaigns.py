"""What is walked: every point once, many in turn, random instants under load, orderly ends, and the cases
that are known to be hard. What goes wrong outside has a file of its own, `troubles.py`."""

import random
from collections.abc import Iterator
from itertools import cycle

from tests.crashes.matrix.control import Order
from tests.crashes.matrix.deeds import HOUR_S
from tests.crashes.matrix.killers import AtPoints, AtRandom, AtTheEnd, Nobody
from tests.crashes.matrix.points import Points
from tests.crashes.matrix.roads import (
    APPROVED,
    LAST_MINUTE,
    LATE_CHANGE,
    LATE_UNINSTALL,
    ROADS,
    Trip,
    trip_on,
)
from tests.crashes.matrix.scene import Scene
from tests.crashes.matrix.stage import Stage

DAY_S = 24 * HOUR_S
# A run that 20 processes in a row died over is halted, so a walk has fewer kills than that.
IN_TURN = 16
UNDER_LOAD = 6
KILLS_UNDER_LOAD = 16
WITHIN_S = 0.5
ENDS, ENDS_WITHIN_S = 6, 0.3
LATE_MS = 4_000

POSTED = "slack chat.postMessage (card) — after"
ON_ITS_WAY = "stripe POST /v1/refunds — on its way"
AROUND_THE_REFUND = (
    "stripe POST /v1/refunds — after",
    "stripe POST /v1/refunds — before",
    "commit: intent recorded — committed",
    "commit: intent recorded — after",
    "commit: outcome recorded — before",
    "commit: outcome recorded — committed",
)
AROUND_THE_SEAL = tuple(f"commit: record sealed — {when}" for when in ("before", "committed", "after"))


def every_point(stage: Stage, points: Points, chance: random.Random) -> Iterator[Scene]:
    """One kill a walk, at each point of each road; those first at which nobody has died yet."""
    left: dict[str, list[Order]] = {}
    while True:
        for name in chance.sample(list(ROADS), k=len(ROADS)):
            road = ROADS[name]
            if not left.get(name):
                left[name] = points.of(road, stage)
                chance.shuffle(left[name])
            left[name].sort(key=lambda each: -points.kills(road, each.point))
            order = left[name].pop()
            yield Scene("each point once", name, (trip_on(road, 1),), AtPoints([order]))


def many_in_turn(stage: Stage, points: Points, chance: random.Random) -> Iterator[Scene]:
    """The same request, killed again at a later point as soon as it has come back: at points where nobody has
    died yet, while there are any, else at any in a row."""
    roads = list(ROADS.values())
    while True:
        [road] = chance.choices(roads, weights=[2 + points.left(each) for each in roads])
        names = list(dict.fromkeys(each.point for each in points.of(road, stage)))
        new = [each for each in names if not points.kills(road, each)]
        first = chance.randrange(max(1, len(names) - IN_TURN))
        chosen = set(chance.sample(new, min(IN_TURN, len(new)))) or set(names[first : first + IN_TURN])
        orders = [Order(name) for name in names if name in chosen]
        yield Scene("many in turn", road.name, (trip_on(road, 1),), AtPoints(orders))


def under_load(chance: random.Random) -> Iterator[Scene]:
    """Several requests at once, killed at random instants."""
    while True:
        trips = busy(chance)
        killer = AtRandom(chance, KILLS_UNDER_LOAD, WITHIN_S)
        yield Scene("random instants", f"{len(trips)} requests at once", trips, killer)


def busy(chance: random.Random) -> tuple[Trip, ...]:
    """Requests that don't get in each other's way."""
    kinds = ["approved", "approved in a crowd", "asked by form", "rejected", "cancelled", "brought graph"]
    slow = chance.choice(["pending, then through", "pending, then failed", "taken back later"])
    names = ["approved", *chance.choices(kinds, k=UNDER_LOAD - 2), slow]
    return tuple(trip_on(ROADS[name], number) for number, name in enumerate(names, start=1))


def orderly_ends(chance: random.Random) -> Iterator[Scene]:
    """The bot is asked to stop, again and again, and dies while it seals its record for the last time."""
    while True:
        road = chance.choice([ROADS[name] for name in ("approved", "rejected", "brought graph")])
        killer = AtTheEnd((Order(chance.choice(AROUND_THE_SEAL)) for _ in range(ENDS)), chance, ENDS_WITHIN_S)
        yield Scene("orderly ends", road.name, (trip_on(road, 1),), killer)


def hardest() -> Iterator[Scene]:
    """What is known to break approval bots: keys that expired, equal refunds, calls that arrive late, a
    cancellation or a change at the last instant, a post whose answer was lost."""
    late = {"target": "stripe", "method": "refunds.create", "action": "delay", "delay_ms": LATE_MS}
    twice = tuple(Trip(APPROVED, "pi_plain01", f"time {n} of two") for n in (1, 2))
    once = (trip_on(APPROVED, 1),)
    for point in cycle(AROUND_THE_REFUND):
        killer = AtPoints([Order(point)])
        yield Scene("hard cases", "keys expired meanwhile", once, killer, jumps_s=(DAY_S + HOUR_S,))
        yield Scene("hard cases", "two equal refunds of one payment", twice, AtPoints([Order(point)]))
        killer = AtPoints([Order(ON_ITS_WAY)])
        yield Scene("hard cases", "a call that arrives late", once, killer, (late,), linger_s=LATE_MS / 1000)
        yield Scene("hard cases", "a post not heard of", once, AtPoints([Order(POSTED)]))
        for road in (LAST_MINUTE, LATE_CHANGE, LATE_UNINSTALL):
            yield Scene("hard cases", road.name, (trip_on(road, 1),), Nobody())
