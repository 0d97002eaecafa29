"""One walk that is to be made: who asks what, who kills, and what else goes wrong."""

from dataclasses import dataclass

from tests.crashes.matrix.killers import Killer
from tests.crashes.matrix.roads import Trip
from tests.crashes.matrix.stage import Stage
from tests.crashes.matrix.walk import Walked, walk
from tests.harness import Json


@dataclass(frozen=True)
class Scene:
    """`campaign` and `name` say under what it counts."""

    campaign: str
    name: str
    trips: tuple[Trip, ...]
    killer: Killer
    faults: tuple[Json, ...] = ()
    jumps_s: tuple[float, ...] = ()
    pause_s: float = 0
    linger_s: float = 0

    def play(self, stage: Stage) -> Walked:
        return walk(
            stage,
            self.trips,
            self.killer,
            faults=self.faults,
            jumps_s=self.jumps_s,
            pause_s=self.pause_s,
            linger_s=self.linger_s,
        )
