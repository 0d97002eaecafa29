"""One of the processes that kill: `python -m tests.crashes.matrix.worker FOLDER SEED SECONDS`.

It has a sandbox of its own in FOLDER, and writes what it has counted to FOLDER/counts.json after each walk. A
file `stop` beside FOLDER ends it early.
"""

import random
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import langchain_openai  # noqa: F401  else each bot would import it again

from tests.crashes.matrix.campaigns import (
    Points,
    Scene,
    every_point,
    faults,
    hardest,
    many_in_turn,
    under_load,
)
from tests.crashes.matrix.counts import Counts
from tests.crashes.matrix.stage import Stage, staged

KEPT_MAX = 5
STOP = "stop"
MODEL = "openai:gpt-5-mini"
WITH_A_MODEL = 8  # one worker of so many


def main(folder: Path, seed: int, seconds: float) -> None:
    until_s = time.monotonic() + seconds
    counts = Counts()
    # Each has points of its own, because there are more of them with a model.
    asks_a_model = seed % WITH_A_MODEL == 0
    points = Points(folder if asks_a_model else folder.parent)
    with staged(folder, model=MODEL if asks_a_model else "") as stage:
        for scene in scenes(stage, points, random.Random(seed)):
            if time.monotonic() > until_s or (folder.parent / STOP).exists():
                break
            walked = scene.play(stage)
            counts.add(scene.campaign, scene.name, walked)
            counts.write(folder / "counts.json")
            if walked.judgement.wrong and len(counts.wrong) <= KEPT_MAX:
                stage.bot.kill()
                shutil.copytree(folder / "home", folder / f"wrong-{len(counts.wrong)}")


def scenes(stage: Stage, points: Points, chance: random.Random) -> Iterator[Scene]:
    """A little of everything, for as long as anybody asks."""
    each_once, in_turn = every_point(stage, points, chance), many_in_turn(stage, points, chance)
    load, trouble, hard = under_load(chance), faults(chance), hardest()
    for campaign in cycle([in_turn, each_once, load, in_turn, trouble, in_turn, hard]):
        yield next(campaign)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
