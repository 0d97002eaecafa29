"""`docs/crash-matrix.md`, written from the counts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.crashes.matrix.counts import Counts, Table, summed

FOREWORD = """# The crash matrix

Written by `make crashes`; the counts it adds up are in [crash-matrix.json](crash-matrix.json). What is killed
is the real bot, a process of its own, by `SIGKILL`, on the real sandbox over HTTP and WebSocket. Every commit
and every call to Slack, Stripe and a model passes a point before and after it, where the bot can be told to
die (`tests/crashes/matrix/`); that none slips by is shown by `tests/crashes/test_ways_out.py` and
`test_matrix.py`. A bot that died is started again, people do again what got no answer and left no trace, and
when every request has come to its end the refunds are counted in Stripe's books and the messages among
Slack's, not in our database. `signoff verify` must have nothing to say either.

A commit has three points: *before* it is handed to the writer, *committed*, right after SQLite's COMMIT
and before anybody is told, and *after*, when whoever asked for it has heard. A call has two, and a third, *on
its way*, where it takes its time: it has left, and nobody has answered. An ack over the socket has two, after
the commit that it tells of. In a start each statement of the migrations is one.

| campaign | what it does |
|---|---|
| each point once | one kill, at each point of each road |
| many in turn | the same request, killed again at a later point as soon as it has come back |
| random instants | six requests at once, and kills at any instant, starts included |
| orderly ends | the bot is asked to stop, and dies while it seals its record |
| faults | each call, delivery and webhook in turn is lost, repeated, late, refused or answered wrongly |
| everything at once | six requests, eight such faults, kills at any instant, a clock that jumps with each |
| hard cases | what is known to break approval bots |

What it does not show: the machine losing power (SQLite's `synchronous=FULL` is for that, and here the files
are in memory where the system has a place for that), Slack and Stripe themselves (the sandbox stands in for
them), and messages only one person sees. Those leave nothing to be found by, so after a kill one may be heard
twice; that is counted below.
"""

LEFT_NAMED_MAX = 6
HEADS = ("kills", "refunds expected", "made", "cards expected", "posted", "runs lost", "posted twice")
KEYS = (
    "kills",
    "refunds_expected",
    "refunds_made",
    "cards_expected",
    "cards_posted",
    "lost",
    "posted_twice",
)


def written(counts: Counts) -> str:
    total = summed(counts.roads.values())
    return "\n".join(
        [
            FOREWORD,
            "## In all\n",
            *_totals(total),
            "\n## By how Slack reaches the bot\n",
            *_table("transport", counts.transports, walks=True),
            "\n## When, and on what\n",
            *_sittings(counts.sittings),
            "\n## Every point\n",
            "Killed at a point, and what came of the walks in which that happened. A walk killed at several",
            "points counts at each of them, so only the kills add up.\n",
            *_table("point", counts.points),
            "\n## Every road and every trouble\n",
            "Each walk counts once.\n",
            *_table("what was walked", counts.roads, walks=True),
            "\n## Every road's points\n",
            "The points passed on a road, and how many of them the bot has died at there, in walks on one",
            "road alone. What is only passed after a fault or a kill is among them.\n",
            *_covered(counts.covered),
            *_wrong(counts.wrong),
            "",
        ]
    )


def _totals(total: Counter[str]) -> Iterable[str]:
    yield "| | |"
    yield "|---|---:|"
    rows = {
        "kills": "kills",
        "walks": "walks",
        "requests made": "runs",
        "refunds expected": "refunds_expected",
        "refunds made, by Stripe's books": "refunds_made",
        "cards expected": "cards_expected",
        "cards posted, by Slack's messages": "cards_posted",
        "replies expected in threads": "replies_expected",
        "replies posted": "replies_posted",
        "messages posted twice": "posted_twice",
        "runs lost": "lost",
        "walks in which anything was not as it must be": "wrong",
        "words to one person heard twice": "whispered_twice",
    }
    for said, key in rows.items():
        yield f"| {said} | {total[key]:,} |"


def _sittings(sittings: Sequence[dict[str, object]]) -> Iterable[str]:
    yield "| began | minutes | kills | commit | processes that kill | cores | system | Python |"
    yield "|---|---:|---:|---|---:|---:|---|---|"
    for each in sittings:
        keys = ("date", "minutes", "kills", "version", "workers", "cores", "system", "python")
        yield "| " + " | ".join(str(each[key]) for key in keys) + " |"


def _table(first: str, table: Table, *, walks: bool = False) -> Iterable[str]:
    heads, keys = (("walks", *HEADS), ("walks", *KEYS)) if walks else (HEADS, KEYS)
    yield f"| {first} | " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * len(heads)
    for name in sorted(table):
        yield f"| {name} | " + " | ".join(f"{table[name][key]:,}" for key in keys) + " |"


def _covered(covered: Table) -> Iterable[str]:
    yield "| road | points passed | died at | kills there | not yet |"
    yield "|---|---:|---:|---:|---|"
    for road in sorted(covered):
        kills = covered[road]
        left = sorted(point for point, times in kills.items() if not times)
        told = ", ".join(left[:LEFT_NAMED_MAX])
        more = f" and {len(left) - LEFT_NAMED_MAX} more" if len(left) > LEFT_NAMED_MAX else ""
        row = (road, len(kills), len(kills) - len(left), f"{sum(kills.values()):,}", f"{told}{more}")
        yield "| " + " | ".join(str(each) for each in row) + " |"


def _wrong(wrong: Sequence[str]) -> Iterable[str]:
    if wrong:
        yield "\n## What was not as it must be\n"
        yield from (f"* {each}" for each in wrong)
