"""App Home when thousands of questions wait for a person: opening it, and turning its pages."""

import asyncio
import json
import time
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Spread, percentile, ratios
from benchmarks.report import Report, Section, Table, figure, spread
from benchmarks.running import Json, Sandbox, running
from bot.ids import Action

PUBLISHED_WITHIN_S = 10.0
LOOK_EVERY_S = 0.005
WARM_UP = 3
PAGE_ROWS = 10


class NotPublished(Exception):
    """The bot did not publish a Home in time."""


class Opened:
    """How long it took until the Home was published, by the sandbox's clock, and the view it got."""

    def __init__(self, event: Json, publish: Json) -> None:
        self.ms = (publish["at"] - event["at"]) * 1000 + event["took_ms"]
        view = publish["body"]["arguments"]["view"]
        self.view: dict[str, Any] = json.loads(view) if isinstance(view, str) else view
        self.id = str(publish["body"]["answer"]["view"]["id"])

    @property
    def bytes(self) -> int:
        """As compact JSON in UTF-8."""
        return len(json.dumps(self.view, separators=(",", ":"), ensure_ascii=False).encode())

    @property
    def told(self) -> str:
        return json.dumps(self.view)


async def measure(bench: Bench) -> Report:
    size = bench.size
    full_home = bench.folder / "home-full"
    await bench.stock.put(size.home_waiting, full_home)
    last = (size.home_waiting - 1) // PAGE_ROWS
    opened: list[Opened] = []
    opened_empty: list[Opened] = []
    turned: list[Opened] = []
    turned_last: list[Opened] = []
    async with running(full_home) as full, running(bench.folder / "home-empty") as empty:
        bench.say(f"App Home with {size.home_waiting:,} waiting and with none, in turn")
        for n in range(WARM_UP + size.home_opens):
            one, other = await _open(full), await _open(empty)
            next_page, last_page = await _turn(full, 1), await _turn(full, last)
            if n >= WARM_UP:
                opened.append(one)
                opened_empty.append(other)
                turned.append(next_page)
                turned_last.append(last_page)
    _check(opened[0], f"({size.home_waiting:,})")
    _check(turned_last[0], f"of {size.home_waiting:,}")
    rows = [
        _row("open, nothing waits", opened_empty),
        _row(f"open, {size.home_waiting:,} wait", opened),
        _row("second page", turned),
        _row(f"last page ({last + 1:,})", turned_last),
    ]
    section = Section(
        f"App Home with {size.home_waiting:,} waiting",
        "An approver opens the Home, and turns its pages. The time is the sandbox's: from just before it "
        "sends the event or the click until `views.publish` has come back to it. A bot with nothing "
        "waiting was asked in turn. The runs were made by the real use case, graph, boundary and store.",
        Table(("what", "n", "p50 ms", "p99 ms", "max ms", "view, bytes"), rows),
        [
            f"Opening with {size.home_waiting:,} waiting against none, pair by pair: "
            f"{spread(ratios([each.ms for each in opened], [each.ms for each in opened_empty]), 2)} times. "
            "The empty Home draws no entries.",
            f"The last page against the second: "
            f"{spread(ratios([each.ms for each in turned_last], [each.ms for each in turned]), 2)} times.",
            "Slack takes at most 100 blocks a view; a page shows ten entries of each of three lists.",
        ],
    )
    return Report("App Home", [section])


async def _open(sandbox: Sandbox) -> Opened:
    return await _published(sandbox, "app_home_opened", sandbox.post("home", user="morgan"))


async def _turn(sandbox: Sandbox, page: int) -> Opened:
    """Next, from the first page, as if it led to `page`. The Home opened for it is waited for, so that it
    is not taken for the page."""
    opened = await _open(sandbox)
    value = json.dumps({"waiting": page})
    click = sandbox.post("click", user="morgan", view_id=opened.id, action_id=Action.NEXT, value=value)
    return await _published(sandbox, "block_actions", click)


async def _published(sandbox: Sandbox, kind: str, act: Any) -> Opened:
    """The first Home that is published after the event."""
    seen = (await sandbox.exchanges())[-1]["n"]
    acting = asyncio.create_task(act)
    end_s = time.monotonic() + PUBLISHED_WITHIN_S
    while time.monotonic() < end_s:
        found = await sandbox.exchanges(seen)
        events = [each for each in found if each["kind"] == kind]
        publishes = [each for each in found if each["kind"] == "views.publish"]
        if events and publishes:
            await acting
            return Opened(events[0], publishes[0])
        await asyncio.sleep(LOOK_EVERY_S)
    raise NotPublished(f"no Home within {PUBLISHED_WITHIN_S} s after {kind}")


def _check(opened: Opened, told: str) -> None:
    """What was timed is what it says it is."""
    if told not in opened.told:
        raise NotPublished(f"the Home does not say {told}: {opened.told[:500]}")


def _row(what: str, opened: list[Opened]) -> list[str]:
    times = [each.ms for each in opened]
    figures = [percentile(times, 0.5), percentile(times, 0.99), max(times)]
    size = Spread.of([each.bytes for each in opened]).middle
    return [what, str(len(times)), *(figure(each) for each in figures), figure(size, 0)]
