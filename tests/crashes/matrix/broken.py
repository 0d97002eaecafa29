"""`python -m tests.crashes.matrix.broken [NAME ...]`: the matrix against bots that are broken on purpose.

Each has to be found within KILLS_MAX kills, on the very walks that the whole bot has to pass.
"""

import sys
import tempfile
from pathlib import Path

from tests.crashes.matrix.campaigns import hardest
from tests.crashes.matrix.stage import staged
from tests.crashes.matrix.variants import VARIANTS

KILLS_MAX = 10


def main(names: list[str]) -> int:
    """1 when one of them was not found."""
    unfound = []
    with tempfile.TemporaryDirectory(prefix="broken-") as folder:
        for name in names or list(VARIANTS):
            home = Path(folder) / name
            home.mkdir()
            found, kills = search(name, home)
            sys.stdout.write(f"{name}: {f'found after {kills} kills: {found}' if found else 'NOT FOUND'}\n")
            sys.stdout.flush()
            unfound += [] if found else [name]
    return 1 if unfound else 0


def search(name: str, home: Path) -> tuple[str, int]:
    """What was wrong first, and after how many kills; nothing where it was not found."""
    kills = 0
    with staged(home, VARIANTS[name]) as stage:
        for scene in hardest():
            walked = scene.play(stage)
            kills += len(walked.deaths)
            if walked.judgement.harm:
                return f"{scene.name}: {'; '.join(walked.judgement.harm)}", kills
            if kills >= KILLS_MAX:
                break
    return "", kills


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
