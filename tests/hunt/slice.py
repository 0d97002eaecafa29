"""`python -m tests.hunt.slice`: a little of the hunt, the same each time, as one document on stdout.

In a process of its own, since a process that forks may have no thread. What was found once is played step by
step; so is what shows each bot that is broken on purpose.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.hunt.__main__ import hunted, prepared
from tests.hunt.broken import BROKEN
from tests.hunt.deeds import FIONA, MORGAN, RILEY, SAM
from tests.hunt.machine import DAY, HOUR, Hunt
from tests.hunt.outside import Outside, outside

EXAMPLES, STEPS = 14, 16
PLAYS_MAX = 3
PLAIN = "pi_plain01"

Play = Callable[[Hunt], None]


def claim_recorded_all_the_same(hunt: Hunt) -> None:
    """Its commit was reported as lost: the run stood as `running`, and nobody drove it until a restart."""
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.disk_fails(loss="after", commits=2)
    hunt.approve(run=run, by=MORGAN, waits=True)


def lost_and_a_day_later(hunt: Hunt) -> None:
    """The refund is made, its answer is lost, and Stripe forgets the key before anybody looks again."""
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.stripe_fails(method="refunds.create", action="lose_answer", times=1)
    hunt.approve(run=run, by=MORGAN, waits=True)
    hunt.time_passes(DAY + HOUR)


def killed_after_the_call(hunt: Hunt) -> None:
    """The refund is made, and whoever heard of it dies."""
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.dies_soon(points=0, among="stripe POST /v1/refunds — after")
    hunt.approve(run=run, by=MORGAN, waits=True)


def killed_with_the_call_on_its_way(hunt: Hunt) -> None:
    """The next process looks, finds nothing yet, and calls as well."""
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.stripe_fails(method="refunds.create", action="late", times=1)
    hunt.dies_soon(points=0, among="stripe POST /v1/refunds — on its way")
    hunt.approve(run=run, by=MORGAN, waits=True)


def two_equal_refunds(hunt: Hunt) -> None:
    first = hunt.open(quorum=1, payment=PLAIN)
    hunt.approve(run=first, by=MORGAN, waits=True)
    second = hunt.request(by=RILEY, payment=PLAIN, amount=100)
    hunt.approve(run=second, by=SAM, waits=True)


def cancelled_at_the_last_instant(hunt: Hunt) -> None:
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.all_at_once(run=run, deeds=[("approve", MORGAN), ("cancel", RILEY)])
    hunt.rests_and_is_sealed()


def a_stranger_clicks(hunt: Hunt) -> None:
    hunt.click(run=hunt.open(quorum=1, payment=PLAIN), by=FIONA, is_stale=False)


def one_of_two_approves(hunt: Hunt) -> None:
    hunt.approve(run=hunt.open(quorum=2, payment=PLAIN), by=SAM, waits=True)


def one_of_two_approves_and_leaves(hunt: Hunt) -> None:
    run = hunt.open(quorum=2, payment=PLAIN)
    hunt.approve(run=run, by=SAM, waits=True)
    hunt.leaves_or_joins_the_leads(by=SAM)
    hunt.approve(run=run, by=MORGAN, waits=True)


def a_click_comes_twice(hunt: Hunt) -> None:
    run = hunt.open(quorum=1, payment=PLAIN)
    hunt.click_delivered_again(hunt.approve(run=run, by=SAM, waits=True))


def a_stale_button(hunt: Hunt) -> None:
    hunt.click(run=hunt.open(quorum=1, payment=PLAIN), by=SAM, is_stale=True)


FOUND: Mapping[str, Play] = {"a claim that was recorded all the same": claim_recorded_all_the_same}

SHOWN_BY: Mapping[str, Play] = {
    "no intent row": killed_after_the_call,
    "blind retry": lost_and_a_day_later,
    "key without the effect's identity": two_equal_refunds,
    "gate not checked in SQL": cancelled_at_the_last_instant,
    "generation bumped by a retry": killed_with_the_call_on_its_way,
    "anybody decides": a_stranger_clicks,
    "one approval is enough": one_of_two_approves,
    "votes of who has left count": one_of_two_approves_and_leaves,
    "a repeated delivery is a new click": a_click_comes_twice,
    "the digest is not compared": a_stale_button,
}


def played(world: Outside, play: Play, broken: str | None = None) -> str:
    """What was wrong; nothing where every promise was kept."""
    hunt = prepared(world, broken)()
    try:
        play(hunt)
        hunt.every_promise_holds()
        hunt.comes_to_its_end()
    except AssertionError as wrong:
        return str(wrong) or repr(wrong)
    finally:
        hunt.is_over()
    return ""


def shown(world: Outside, play: Play, broken: str) -> str:
    """What was wrong with a broken bot. Some steps race with it, and on a busy machine a race may go well."""
    return next(filter(None, (played(world, play, broken) for _ in range(PLAYS_MAX))), "")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hunt-") as folder, outside(Path(folder)) as world:
        machine = prepared(world)
        found = hunted(machine, EXAMPLES, STEPS, same=True)
        document = {
            "found": found,
            "examples": machine.tally.examples,
            "steps": machine.tally.steps,
            "kills": len(machine.tally.deaths),
            "refunds": machine.tally.refunds,
            "played": {name: played(world, play) for name, play in FOUND.items()},
            "whole": {play.__name__: played(world, play) for play in set(SHOWN_BY.values())},
            "broken": {name: shown(world, play, name) for name, play in SHOWN_BY.items()},
        }
    assert SHOWN_BY.keys() == BROKEN.keys(), "each broken bot has its steps"
    sys.stdout.write(json.dumps(document))


if __name__ == "__main__":
    main()
