"""One of the processes that kill: `python -m tests.crashes.matrix.worker FOLDER NUMBER SEED SECONDS COUNTED`

It has a sandbox of its own in FOLDER, and writes what it has counted to FOLDER/counts.json after each walk.
COUNTED holds what was counted in earlier runs. A file `stop` beside FOLDER ends it early.
"""

import random
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import langchain_openai  # noqa: F401  else each bot would import it again

from tests.crashes.matrix.campaigns import every_point, hardest, many_in_turn, orderly_ends, under_load
from tests.crashes.matrix.counts import Counts
from tests.crashes.matrix.points import Points
from tests.crashes.matrix.scene import Scene
from tests.crashes.matrix.stage import Stage, staged
from tests.crashes.matrix.troubles import all_at_once, one_by_one
from tests.harness import Deliver

KEPT_MAX = 5
STOP = "stop"
MODEL = "openai:gpt-5-mini"
# The workers take turns at these, so that a few of them come to all.
WAYS: tuple[Deliver, ...] = ("socket", "http")
WAY_SAID = {"socket": "Socket Mode", "http": "signed HTTP"}
WITH_A_MODEL = 4  # one worker of so many


def main(folder: Path, number: int, seed: int, seconds: float, counted: Path) -> None:
    until_s = time.monotonic() + seconds
    counts = Counts()
    deliver = WAYS[number % len(WAYS)]
    asks_a_model = number % WITH_A_MODEL == WITH_A_MODEL - 1
    # Which points there are depends on both.
    shared = folder.parent / f"{deliver}{'-model' if asks_a_model else ''}"
    shared.mkdir(exist_ok=True)
    points = Points(shared, Counts.read(counted))
    with staged(folder, model=MODEL if asks_a_model else "", deliver=deliver) as stage:
        for scene in scenes(stage, points, random.Random(seed), number):
            if time.monotonic() > until_s or (folder.parent / STOP).exists():
                break
            walked = scene.play(stage)
            counts.add(scene.campaign, scene.name, WAY_SAID[deliver], walked)
            points.known.cover(walked)
            counts.write(folder / "counts.json")
            if walked.judgement.wrong and len(counts.wrong) <= KEPT_MAX:
                stage.bot.kill()
                shutil.copytree(folder / "home", folder / f"wrong-{len(counts.wrong)}")


def scenes(stage: Stage, points: Points, chance: random.Random, number: int) -> Iterator[Scene]:
    """A little of everything, for as long as anybody asks. Workers begin the hard cases at different ones."""
    each_once, in_turn = every_point(stage, points, chance), many_in_turn(stage, points, chance)
    load, ends, hard = under_load(chance), orderly_ends(chance), islice(hardest(), 2 * number, None)
    trouble, all_trouble = one_by_one(chance), all_at_once(chance)
    for campaign in cycle(
        [in_turn, load, in_turn, trouble, in_turn, all_trouble, in_turn, each_once, in_turn, hard, ends]
    ):
        yield next(campaign)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5]))
