"""`python -m tests.crashes.matrix.slice FOLDER`: the matrix in a minute, for `make test`; prints JSON.

A process of its own, because whoever forks bots must have no thread, and pytest's workers have some.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tests.crashes.matrix.broken import search
from tests.crashes.matrix.campaigns import hardest, under_load
from tests.crashes.matrix.control import Order
from tests.crashes.matrix.killers import AtPoints, Nobody
from tests.crashes.matrix.roads import ROADS, trip_on
from tests.crashes.matrix.scene import Scene
from tests.crashes.matrix.stage import staged
from tests.crashes.matrix.troubles import one_by_one
from tests.crashes.matrix.variants import VARIANTS
from tests.crashes.matrix.walk import walk
from tests.crashes.matrix.witness import (
    acks_passed,
    acks_received,
    calls_passed,
    calls_received,
    commits_missed,
    commits_seen,
    sockets_opened,
    witnessed,
)
from tests.crashes.matrix.worker import MODEL
from tests.harness import Deliver

# What each seam has of each kind; the whole list is for `make crashes`.
POINTS = (
    "commit: request recorded — committed",
    "slack chat.postMessage (card) — after",
    "commit: boundary — before",
    "slack chat.update — after",
    "commit: decision recorded — committed",
    "commit: intent recorded — after",
    "stripe POST /v1/refunds — before",
    "stripe POST /v1/refunds — after",
    "commit: outcome recorded — committed",
    "slack chat.postMessage (reply) — after",
)


def main(folder: Path) -> None:
    body = {
        "witness": {
            "socket": witness(
                _new(folder, "witness"), "socket", ("approved", "rejected", "cancelled", "brought graph")
            ),
            "http": witness(_new(folder, "model"), "http", ("asked by form", "approved"), MODEL),
        },
        "kills": kills(_new(folder, "kills")),
        "variants": {name: search(name, _new(folder, name)) for name in VARIANTS},
    }
    sys.stdout.write(json.dumps(body))


def witness(home: Path, deliver: Deliver, roads: Sequence[str], model: str = "") -> dict[str, object]:
    """One walk of a few requests without a kill, as the seams saw it and as the outside did."""
    trips = [trip_on(ROADS[name], number) for number, name in enumerate(roads, start=1)]
    with staged(home, witnessed, model, deliver) as stage:
        walked = walk(stage, trips, Nobody())
        calls = stage.calls()
        received = calls_received(calls)
    return {
        "wrong": walked.judgement.wrong,
        "commits_missed": commits_missed(walked.passed),
        "commits_seen": len(commits_seen(walked.passed)),
        "passed": calls_passed(walked.passed),
        "received": received,
        "acks": [acks_passed(walked.passed), acks_received(calls)],
        "sockets": sockets_opened(walked.passed),
    }


def kills(home: Path) -> list[dict[str, object]]:
    with staged(home) as stage:
        return [
            {
                "scene": f"{scene.campaign}: {scene.name}",
                "deaths": (walked := scene.play(stage)).deaths,
                "counts": walked.judgement.counts(),
                "wrong": walked.judgement.wrong,
            }
            for scene in _scenes()
        ]


def _scenes() -> Iterator[Scene]:
    chance = random.Random(1)
    once = (trip_on(ROADS["approved"], 1),)
    yield Scene("many in turn", "approved", once, AtPoints(Order(point) for point in POINTS))
    yield from islice(hardest(), 1)
    yield from islice(under_load(chance), 1)
    yield from islice(one_by_one(chance), 1)


def _new(folder: Path, name: str) -> Path:
    home = folder / name
    home.mkdir()
    return home


if __name__ == "__main__":
    main(Path(sys.argv[1]))
