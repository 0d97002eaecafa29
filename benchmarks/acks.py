"""How long Slack waits for the ack of a command and of a click, at 1, 10 and 100 at once."""

import asyncio

from benchmarks.bench import Bench
from benchmarks.figures import percentile
from benchmarks.report import Report, Section, Table, figure
from benchmarks.rows import Rows, rows_of
from benchmarks.running import Json, Sandbox, running

AT_ONCE = (1, 10, 100)
SLACK_WAITS_MS = 3_000
WARM_UP = 10
PAYMENTS = 24
BURSTS_MIN = 2


class NotAcked(Exception):
    """A delivery was not acked in time, so there is no figure to tell."""


async def measure(bench: Bench) -> Report:
    rows = []
    for at_once in AT_ONCE:
        bursts = max(BURSTS_MIN, bench.size.ack_samples // at_once)
        bench.say(f"acks at {at_once} at once: {bursts} bursts of commands, then of clicks")
        commands, clicks = await _measure(bench, at_once, bursts)
        rows += [_row("`/refund` command", at_once, commands), _row("Approve click", at_once, clicks)]
    section = Section(
        "Ack times",
        "A burst of deliveries is sent at once over one Socket Mode connection, and the next burst begins "
        "when the bot has done all that the last one caused: runs driven, Stripe asked, cards posted, "
        "refunds made. Every command is a new run, every click approves a run of its own. All are acked "
        "only after their transaction is on the disk (`synchronous=FULL`).",
        Table(("what", "at once", "n", "p50 ms", "p99 ms", "max ms", "Slack's 3 s / max"), rows),
        [
            "The time is the sandbox's `ack_ms`: from just before it sends the envelope until it has read "
            "the ack. So it holds the sandbox's own work on the rest of the burst, and the drives that the "
            "first of a burst have set off by then, on the cores that all three processes share.",
            "All cards go to one channel. The publisher's pace (1,000 messages a second) and the sandbox's "
            "were set high: posting is no part of an ack, and Slack's real pace only makes it later.",
        ],
    )
    return Report("Ack times over a real socket", [section])


async def _measure(bench: Bench, at_once: int, bursts: int) -> tuple[list[float], list[float]]:
    async with running(bench.folder / f"acks-{at_once}") as sandbox:
        with rows_of(sandbox.home) as rows:
            await _commands(sandbox, rows, WARM_UP, 1)
            await _clicks(sandbox, rows, WARM_UP, 1)
            commands = await _commands(sandbox, rows, at_once, bursts)
            clicks = await _clicks(sandbox, rows, at_once, bursts, decided=WARM_UP)
    return commands, clicks


async def _commands(sandbox: Sandbox, rows: Rows, at_once: int, bursts: int) -> list[float]:
    acks: list[float] = []
    for _ in range(bursts):
        texts = [f"pi_plain{number % PAYMENTS + 1:02} 0.50 charged twice" for number in range(at_once)]
        acks += _acked(await asyncio.gather(*(sandbox.command(text) for text in texts)))
        await rows.quiet()
    return acks


async def _clicks(sandbox: Sandbox, rows: Rows, at_once: int, bursts: int, decided: int = 0) -> list[float]:
    """The sandbox's answer to a click comes late, as it watches for a modal; nobody has to wait for it."""
    cards = rows.open_cards()[: at_once * bursts]
    answers: list[asyncio.Task[Json]] = []
    for first in range(0, len(cards), at_once):
        burst = cards[first : first + at_once]
        answers += [asyncio.create_task(sandbox.click(*card, "approve")) for card in burst]
        await rows.quiet(decided + len(answers))
    return _acked(await asyncio.gather(*answers))


def _acked(answers: list[Json]) -> list[float]:
    for each in answers:
        if not each["ok"]:
            raise NotAcked(str(each))
    return [float(each["ack_ms"]) for each in answers]


def _row(what: str, at_once: int, acks: list[float]) -> list[str]:
    figures = [percentile(acks, 0.5), percentile(acks, 0.99), max(acks)]
    slack = f"{SLACK_WAITS_MS / max(acks):,.0f} times"
    return [what, str(at_once), f"{len(acks):,}", *(figure(each) for each in figures), slack]
