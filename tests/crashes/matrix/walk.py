"""One walk: requests on their roads, a bot that is killed on the way, and everything brought to its end.

The people here do what people do: who gets no answer looks whether it arrived before doing it again. Nothing
but the passing of time helps the bot.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.outbox import root_id
from tests.crashes.matrix.bots import BotStuck
from tests.crashes.matrix.deeds import NOT_DELIVERED, answer_a_doubt
from tests.crashes.matrix.judge import Judgement, judge
from tests.crashes.matrix.killers import Killer
from tests.crashes.matrix.roads import Trip
from tests.crashes.matrix.stage import Stage
from tests.harness import Json, buttons, until

LOOK_S = 0.015
LOOK_EVERY_S = 0.1
# A walk that is going somewhere may take its time on a busy machine; one that has stopped is given up.
STUCK_S = 60.0
WALK_MAX_S = 900.0
# A bot that passes no point for so long waits for time to pass: its bells are rung, so it does not wait for
# its own next look.
QUIET_S = 0.3
ASKED_AGAIN_AFTER_S = 15.0
HURRY_MAX_S = 600.0

OPEN = ("queued", "running", "waiting")
RUN = (
    "SELECT tenant, id, status FROM runs WHERE instr(input, ?) AND (workflow <> 'refund' OR instr(input, ?))"
)
UNTOLD = "SELECT count(*) FROM outbox WHERE run = ? AND state IN ('due', 'sending')"
PLACE = "SELECT ts FROM messages WHERE outbox = ?"
UNREVERSED = "SELECT count(*) FROM effects WHERE run = ? AND state <> 'reversed'"


@dataclass
class Progress:
    """Where one trip stands. `run` is known once the request was recorded."""

    trip: Trip
    asked: bool = False
    asks_again_s: float = 0
    answered: bool = False
    waited: bool = False
    over: bool = False
    tenant: str = ""
    run: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Walked:
    """The deaths in their order, by the point they happened at (None: at an instant), the roads it was `on`,
    and what came of it."""

    on: frozenset[str]
    deaths: tuple[str | None, ...]
    passed: tuple[str, ...]
    served_after: int
    judgement: Judgement


def walk(
    stage: Stage,
    trips: Sequence[Trip],
    killer: Killer,
    *,
    faults: Sequence[Json] = (),
    jumps_s: Sequence[float] = (),
    pause_s: float = 0,
    linger_s: float = 0,
) -> Walked:
    """From a reset on. At the nth death the clock jumps by the nth of `jumps_s`, after a real pause of
    `pause_s`: as long as a call may be on its way. `linger_s` is how long what arrives late is waited for
    before it is counted."""
    walked = _Walk(stage, trips, killer, jumps_s, pause_s)
    walked.goes_on(faults)
    time.sleep(linger_s)
    return walked.judged()


class _Walk:
    def __init__(
        self,
        stage: Stage,
        trips: Sequence[Trip],
        killer: Killer,
        jumps_s: Sequence[float],
        pause_s: float,
    ) -> None:
        self._stage = stage
        self._killer = killer
        self._jumps_s = deque(jumps_s)
        self._pause_s = pause_s
        self._under_way = [Progress(trip) for trip in trips]
        self._deaths: list[str | None] = []
        self._passed: list[str] = []
        self._served_after = 0
        self._hurry_s = 5.0
        self._moved_s = self._looked_s = self._news_s = 0.0
        self._stuck: tuple[str, ...] = ()

    def goes_on(self, faults: Sequence[Json]) -> None:
        try:
            self._to_its_end(faults)
        except BotStuck as stuck:
            self._stuck = (str(stuck),)

    def _to_its_end(self, faults: Sequence[Json]) -> None:
        stage = self._stage
        stage.reset(max(each.trip.road.quorum for each in self._under_way))
        for fault in [*faults, *(fault for each in self._under_way for fault in each.trip.road.faults)]:
            assert stage.outside.post("fault", **fault)["ok"]
        self._passed += stage.start(self._killer.order(), self._killer.strike)
        self._served_after = len(self._passed)
        began_s = self._moved_s = self._news_s = time.monotonic()
        while not all(each.over for each in self._under_way):
            if time.monotonic() > min(began_s + WALK_MAX_S, self._news_s + STUCK_S):
                break
            if not stage.bot.is_alive():
                self._bury()
                continue
            self._killer.strike(stage.bot)
            if not self._look():
                self._pass_time()

    def judged(self) -> Walked:
        judgement = judge(self._stage, self._under_way)
        judgement = replace(judgement, wrong=(*self._stuck, *judgement.wrong))
        roads = frozenset(each.trip.road.name for each in self._under_way)
        return Walked(roads, tuple(self._deaths), tuple(self._passed), self._served_after, judgement)

    def _bury(self) -> None:
        self._passed += self._stage.control.passed()
        died_at = self._stage.control.take_death()
        if self._stage.bot.was_killed:
            self._deaths.append(died_at)
        else:
            # It ended by itself, as it does where the app was uninstalled; somebody takes that back now.
            self._stage.outside.post("app", installed=True)
        for each in self._under_way:
            each.asks_again_s = 0
        time.sleep(self._pause_s)
        if self._jumps_s:
            self._stage.advance(self._jumps_s.popleft())
        self._passed += self._stage.start_again(self._killer.order(), self._killer.strike)
        self._moved_s = self._news_s = time.monotonic()

    def _look(self) -> bool:
        """Whether anything happened, by the bot or by people."""
        news = self._stage.control.passed()
        self._passed += news
        if not news and time.monotonic() < self._looked_s + LOOK_EVERY_S:
            return False
        self._looked_s = time.monotonic()
        acted = [self._act(each) for each in self._under_way if not each.over and self._stage.bot.is_alive()]
        if news or any(acted):
            self._moved_s = self._news_s = time.monotonic()
            return True
        return False

    def _pass_time(self) -> None:
        time.sleep(LOOK_S)
        if time.monotonic() - self._moved_s > QUIET_S:
            self._stage.advance(self._hurry_s)
            self._hurry_s = min(self._hurry_s * 2, HURRY_MAX_S)
            self._moved_s = time.monotonic()
            for each in self._under_way:
                each.answered = False  # whose click changed nothing clicks again
            order = self._killer.move_on()
            if order is not None:
                self._stage.control.give(order)

    def _act(self, progress: Progress) -> bool:
        """What the people of this trip do now, if there is anything to do."""
        stage, trip = self._stage, progress.trip
        road = trip.road
        found = stage.kept(RUN, trip.subject, trip.reason)
        if not found:
            if progress.asked:
                return False  # acked and not there: lost
            if time.monotonic() < progress.asks_again_s:
                return False
            answer = road.ask(stage, trip)
            progress.asked = bool(answer["ok"])
            # A bot that is only slow may take it yet; asked at once again, it would have two requests.
            is_lost = answer["error"] == NOT_DELIVERED
            progress.asks_again_s = time.monotonic() + (LOOK_EVERY_S if is_lost else ASKED_AGAIN_AFTER_S)
            return True
        progress.tenant, progress.run, progress.status = (str(each) for each in found[0])
        # Read before what is untold: a reversal and its words are one transaction.
        is_reversed = stage.kept(UNREVERSED, progress.run) == [(0,)]
        if stage.kept(UNTOLD, progress.run) != [(0,)]:
            return False
        if progress.status == "waiting" and not progress.answered:
            card = self._card(progress)
            if card is None:
                return False
            if road.buttons.isdisjoint(buttons(card)):
                progress.answered = answer_a_doubt(stage, card)
                return progress.answered
            progress.answered = road.answer(stage, trip, card)
            return True
        if progress.status in OPEN:
            return False
        if road.after_s and not progress.waited:
            if road.dead_meanwhile:
                stage.bot.kill()
            stage.advance(road.after_s)
            if road.dead_meanwhile:
                until(lambda: _knocked(stage), "a webhook that finds nobody")
            progress.waited = True
            return True
        progress.over = is_reversed or not road.reversed or progress.status == "failed"
        return progress.over

    def _card(self, progress: Progress) -> Json | None:
        """The message as it stands in Slack now; where it stands is what the bot remembers."""
        for (ts,) in self._stage.kept(PLACE, root_id(progress.tenant, str(progress.run))):
            for message in self._stage.outside.messages():
                if message["ts"] == ts:
                    return message
        return None


def _knocked(stage: Stage) -> bool:
    events = stage.outside.stripe()["events"]
    return any(each["type"] == "refund.failed" and each["attempts"] for each in events)
