"""`python -m tests.hunt [--minutes 15 | --examples N] [--steps 30] [--broken NAME]`: hunt, and print a row.

With `--examples` the same examples each time. With `--broken` a bot that is broken on purpose is hunted, and
the hunt ends once it is found. 1 when a bot that should be whole is not, or a broken one was not found.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.hunt.broken import BROKEN
from tests.hunt.machine import Hunt, Tally
from tests.hunt.outside import Outside, outside

BATCH = 5


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hunt", usage=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--examples", type=int)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--broken", choices=sorted(BROKEN))
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hunt-") as folder, outside(Path(folder)) as world:
        machine = prepared(world, given.broken)
        began_s = time.monotonic()
        found = ""
        while not found:
            left_s = began_s + given.minutes * 60 - time.monotonic()
            if left_s <= 0:
                break
            found = hunted(machine, given.examples or BATCH, given.steps, same=bool(given.examples))
            if given.examples:
                break
        report(machine.tally, time.monotonic() - began_s, found)
    if found and not given.broken:
        sys.stderr.write(found)
    return int(bool(found) != bool(given.broken))


def prepared(world: Outside, broken: str | None = None) -> type[Hunt]:
    """A machine of its own, with nothing counted yet."""
    variant = BROKEN[broken] if broken else None

    class Prepared(Hunt):
        outside = world
        tally = Tally()

    if variant:
        Prepared.around = staticmethod(variant.around)
        Prepared.approvals = variant.approvals
    return Prepared


def hunted(machine: type[Hunt], examples: int, steps: int, *, same: bool) -> str:
    """What was found, with the steps that lead there; nothing where all is well."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=same,
        database=None,
        deadline=None,
        # Shrinking an example takes longer than finding it, and the first is as true as the smallest.
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except AssertionError as wrong:
        return "\n".join([str(wrong), *getattr(wrong, "__notes__", [])])
    return ""


def report(tally: Tally, took_s: float, found: str) -> None:
    row = {
        "minutes": round(took_s / 60, 1),
        "examples": tally.examples,
        "steps": tally.steps,
        "kills": len(tally.deaths),
        "points": len(Counter(tally.deaths)),
        "refunds": tally.refunds,
        "endings": dict(tally.endings.most_common()),
        "found": found.splitlines()[0] if found else "",
    }
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
