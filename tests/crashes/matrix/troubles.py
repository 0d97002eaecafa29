"""What goes wrong outside: each call of Slack and Stripe in turn, each kind of delivery, then all at once."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.crashes.matrix.campaigns import DAY_S, WITHIN_S, busy
from tests.crashes.matrix.deeds import HOUR_S
from tests.crashes.matrix.killers import AtRandom
from tests.crashes.matrix.roads import APPROVED, ROADS, Road, trip_on
from tests.crashes.matrix.scene import Scene
from tests.harness import Json

KILLS = 4
KILLS_AT_ONCE = 12
TROUBLES_AT_ONCE = 8
TIMES_MAX = 4
DELAY_MS = 700
JUMPS_S = (0, 60, 600, HOUR_S)

SLACK = (
    "auth.test", "apps.connections.open", "chat.postMessage", "chat.update", "chat.postEphemeral",
    "conversations.info", "conversations.history", "conversations.replies", "conversations.open",
    "users.info", "usergroups.users.list", "response_url",
)  # fmt: skip
STRIPE = (
    "payment_intents.retrieve", "payment_intents.list", "customers.retrieve", "refunds.create",
    "refunds.list", "refunds.retrieve", "accounts.retrieve",
)  # fmt: skip
CALL_TROUBLES = ("lose_answer", "error", "rate_limit", "down", "delay")
DELIVERY_TROUBLES = ("repeat", "lose_answer", "down")
WEBHOOK_TROUBLES = ("drop", "repeat", "reorder", "delay", "lose_answer", "down")


@dataclass(frozen=True)
class Trouble:
    """`pause_s` is how long a call may be on its way by it."""

    name: str
    road: Road
    fault: Json
    pause_s: float = 0


def one_by_one(chance: random.Random) -> Iterator[Scene]:
    """Each call of Slack and Stripe goes wrong, each delivery and webhook, and the bot dies about then."""
    troubles = [*_of_calls(), *_of_deliveries(), *_of_webhooks()]
    while True:
        chance.shuffle(troubles)
        for each in troubles:
            killer = AtRandom(chance, KILLS, WITHIN_S)
            trips = (trip_on(each.road, 1),)
            yield Scene("faults", each.name, trips, killer, faults=(each.fault,), pause_s=each.pause_s)


def all_at_once(chance: random.Random) -> Iterator[Scene]:
    """Several requests at once, several troubles of every kind, kills at random instants, and a clock that
    jumps at each death: by minutes and hours, or once by more than a day, so that Stripe forgets its keys."""
    while True:
        is_a_day_lost = chance.random() < 0.5
        # An effect nobody can read about for most of a day is rightly left to a person, so reads are spared.
        calls = [each for each in _of_calls() if not (is_a_day_lost and _is_a_read_of_stripe(each))]
        deliveries = [*_of_deliveries(), *_of_webhooks()]
        chosen = [*chance.sample(calls, TROUBLES_AT_ONCE - 3), *chance.sample(deliveries, 3)]
        jumps = [chance.choice(JUMPS_S[:3] if is_a_day_lost else JUMPS_S) for _ in range(KILLS_AT_ONCE)]
        if is_a_day_lost:
            jumps[chance.randrange(len(jumps))] = DAY_S + HOUR_S
        yield Scene(
            "everything at once",
            "a day lost" if is_a_day_lost else "hours lost",
            busy(chance),
            AtRandom(chance, KILLS_AT_ONCE, WITHIN_S),
            faults=tuple({**each.fault, "times": chance.randint(1, TIMES_MAX)} for each in chosen),
            jumps_s=tuple(jumps),
            pause_s=max(each.pause_s for each in chosen),
        )


def _of_calls() -> Iterator[Trouble]:
    for target, methods in (("slack", SLACK), ("stripe", STRIPE)):
        for method in methods:
            for action in CALL_TROUBLES:
                fault: Json = {"target": target, "method": method, "action": action, "times": 2}
                is_late = action == "delay"
                if is_late:
                    fault["delay_ms"] = DELAY_MS
                name = f"{target} {method}, {_said(action)}"
                yield Trouble(name, APPROVED, fault, DELAY_MS / 1000 * is_late)


def _is_a_read_of_stripe(trouble: Trouble) -> bool:
    return bool(trouble.fault["target"] == "stripe" and trouble.fault["method"] != "refunds.create")


def _of_deliveries() -> Iterator[Trouble]:
    for road in (APPROVED, ROADS["rejected"], ROADS["cancelled"]):
        for action in DELIVERY_TROUBLES:
            fault: Json = {"target": "delivery", "action": action, "times": 2}
            yield Trouble(f"deliveries of {road.name}, {_said(action)}", road, fault)


def _of_webhooks() -> Iterator[Trouble]:
    for action in WEBHOOK_TROUBLES:
        fault: Json = {"target": "webhook", "action": action, "times": 2, "delay_ms": DELAY_MS}
        yield Trouble(f"webhooks, {_said(action)}", ROADS["taken back later"], fault)


def _said(action: str) -> str:
    return {"error": "answered 500", "rate_limit": "answered 429"}.get(action, action.replace("_", " "))
