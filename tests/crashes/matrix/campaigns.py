"""What is walked: every point once, many in turn, random instants under load, and each fault with a kill."""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from tests.crashes.matrix.control import Order
from tests.crashes.matrix.killers import AtPoints, AtRandom, Killer, Nobody
from tests.crashes.matrix.roads import APPROVED, LAST_INSTANT, LAST_MINUTE, ROADS, Road, Trip, trip_on
from tests.crashes.matrix.stage import Stage
from tests.crashes.matrix.walk import Walked, walk
from tests.harness import Json

DAY_S = 24 * 3_600
IN_TURN = 14
UNDER_LOAD = 6
KILLS_UNDER_LOAD = 8
WITHIN_S = 0.8
DELAY_MS = 700
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

SLACK = (
    "auth.test", "apps.connections.open", "chat.postMessage", "chat.update", "chat.postEphemeral",
    "conversations.info", "conversations.history", "conversations.replies", "conversations.open",
    "users.info", "usergroups.users.list",
)  # fmt: skip
STRIPE = (
    "payment_intents.retrieve", "payment_intents.list", "customers.retrieve", "refunds.create",
    "refunds.list", "refunds.retrieve", "accounts.retrieve",
)  # fmt: skip
CALL_TROUBLES = ("lose_answer", "error", "rate_limit", "down", "delay")
DELIVERY_TROUBLES = ("repeat", "lose_answer", "down")
WEBHOOK_TROUBLES = ("drop", "repeat", "reorder", "delay", "lose_answer", "down")


@dataclass(frozen=True)
class Scene:
    """One walk to be made, and under which name it counts."""

    campaign: str
    name: str
    trips: tuple[Trip, ...]
    killer: Killer
    faults: tuple[Json, ...] = ()
    jump_s: float = 0
    pause_s: float = 0
    linger_s: float = 0

    def play(self, stage: Stage) -> Walked:
        return walk(
            stage,
            self.trips,
            self.killer,
            faults=self.faults,
            jump_s=self.jump_s,
            pause_s=self.pause_s,
            linger_s=self.linger_s,
        )


class Points:
    """The points of each road, in the order of a walk without a kill: found once, kept for all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, road: Road, stage: Stage) -> list[Order]:
        """The points of the start count once, with the plain road."""
        file = self._folder / f"{road.name}.points.json"
        if not file.exists():
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps([asdict(each) for each in _found(road, stage)]))
            new.replace(file)
        return [Order(**each) for each in json.loads(file.read_text())]


def _found(road: Road, stage: Stage) -> Iterator[Order]:
    walked = walk(stage, [trip_on(road, 1)], Nobody())
    if walked.judgement.wrong:
        raise AssertionError(f"{road.name}, with no kill: {walked.judgement.wrong}")
    seen: Counter[str] = Counter()
    for place, point in enumerate(walked.passed):
        seen[point] += 1
        if place >= walked.served_after or road is APPROVED:
            yield Order(point, seen[point])


def every_point(stage: Stage, points: Points, chance: random.Random) -> Iterator[Scene]:
    """One kill a walk, at each point of each road."""
    left: dict[str, list[Order]] = {}
    while True:
        for name in chance.sample(list(ROADS), k=len(ROADS)):
            if not left.get(name):
                left[name] = points.of(ROADS[name], stage)
                chance.shuffle(left[name])
            order = left[name].pop()
            yield Scene("each point once", name, (trip_on(ROADS[name], 1),), AtPoints([order]))


def many_in_turn(stage: Stage, points: Points, chance: random.Random) -> Iterator[Scene]:
    """The same request, killed again at the next point as soon as it has come back."""
    while True:
        road = chance.choice(list(ROADS.values()))
        names = list(dict.fromkeys(each.point for each in points.of(road, stage)))
        first = chance.randrange(max(1, len(names) - IN_TURN))
        orders = [Order(name) for name in names[first : first + IN_TURN]]
        yield Scene("many in turn", road.name, (trip_on(road, 1),), AtPoints(orders))


def under_load(chance: random.Random) -> Iterator[Scene]:
    """Several requests at once, killed at random instants."""
    kinds = ["approved", "approved", "approved", "rejected", "cancelled", "brought graph"]
    while True:
        slow = chance.choice(["pending, then through", "brought graph"])
        chosen = [*kinds[:-2], chance.choice(kinds), slow]
        trips = tuple(trip_on(ROADS[name], number) for number, name in enumerate(chosen, start=1))
        killer = AtRandom(chance, KILLS_UNDER_LOAD, WITHIN_S)
        yield Scene("random instants", f"{len(trips)} requests at once", trips, killer)


def faults(chance: random.Random) -> Iterator[Scene]:
    """Each call of Slack and Stripe in turn goes wrong, and the bot dies about then."""
    cases = [*_call_cases(), *_delivery_cases(), *_webhook_cases()]
    while True:
        chance.shuffle(cases)
        for name, road, fault, pause_s in cases:
            killer = AtRandom(chance, 2, WITHIN_S)
            trips = (trip_on(road, 1),)
            yield Scene("faults", name, trips, killer, faults=(fault,), pause_s=pause_s)


def _call_cases() -> Iterator[tuple[str, Road, Json, float]]:
    for target, methods in (("slack", SLACK), ("stripe", STRIPE)):
        for method in methods:
            for action in CALL_TROUBLES:
                fault: Json = {"target": target, "method": method, "action": action, "times": 2}
                delayed = action == "delay"
                if delayed:
                    fault["delay_ms"] = DELAY_MS
                yield f"{target} {method}, {_said(action)}", APPROVED, fault, DELAY_MS / 1000 * delayed


def _delivery_cases() -> Iterator[tuple[str, Road, Json, float]]:
    for road in (APPROVED, ROADS["rejected"], ROADS["cancelled"]):
        for action in DELIVERY_TROUBLES:
            fault = {"target": "delivery", "action": action, "times": 2}
            yield f"deliveries of {road.name}, {_said(action)}", road, fault, 0


def _webhook_cases() -> Iterator[tuple[str, Road, Json, float]]:
    for action in WEBHOOK_TROUBLES:
        fault = {"target": "webhook", "action": action, "times": 2, "delay_ms": DELAY_MS}
        yield f"webhooks, {_said(action)}", ROADS["taken back later"], fault, 0


def _said(action: str) -> str:
    return {"error": "answered 500", "rate_limit": "answered 429"}.get(action, action.replace("_", " "))


def hardest() -> Iterator[Scene]:
    """What is known to break approval bots: keys that expired, equal refunds, calls that arrive late, a
    cancellation at the last instant, a post whose answer was lost."""
    late = {"target": "stripe", "method": "refunds.create", "action": "delay", "delay_ms": LATE_MS}
    twice = tuple(Trip(APPROVED, "pi_plain01", f"time {n} of two") for n in (1, 2))
    once = (trip_on(APPROVED, 1),)
    for point in cycle(AROUND_THE_REFUND):
        killer = AtPoints([Order(point)])
        yield Scene("hard cases", "keys expired meanwhile", once, killer, jump_s=DAY_S + 3_600)
        yield Scene("hard cases", "two equal refunds of one payment", twice, AtPoints([Order(point)]))
        killer = AtPoints([Order(ON_ITS_WAY)])
        yield Scene("hard cases", "a call that arrives late", once, killer, (late,), linger_s=LATE_MS / 1000)
        last = (trip_on(LAST_MINUTE, 1),)
        yield Scene("hard cases", LAST_MINUTE.name, last, Nobody(died_at=LAST_INSTANT))
        yield Scene("hard cases", "a post not heard of", once, AtPoints([Order(POSTED)]))
