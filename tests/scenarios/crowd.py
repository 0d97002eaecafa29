"""Many people at once: drive calls that are all under way at the same time."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from store.sqlite import open_for_reading
from tests.harness import Deliver, Json, Sandbox, quick_config, running_sandbox
from tests.scenarios.conftest import keeps_every_promise

# A crowd on a small machine: nobody is given up before Slack would give them up.
TIMEOUT_S = 300

Deed = tuple[str, Json]


@contextmanager
def crowded(folder: Path, deliver: Deliver, people: int, payments: int) -> Iterator[Sandbox]:
    """So many people of each role, and so many plain payments. `/vendor-access` takes two approvals."""
    config = quick_config(folder)
    head, _, tail = config.read_text().rpartition("quorum = 1")
    config.write_text(f"{head}quorum = 2{tail}")
    with running_sandbox(folder / "home", config=config, deliver=deliver) as sandbox:
        sandbox.reset(people=people, payments=payments)
        yield sandbox
        keeps_every_promise(sandbox)


def of_role(sandbox: Sandbox, role: str) -> list[str]:
    """The handles of everyone with it."""
    return [each["handle"] for each in sandbox.state()["people"] if each["role"] == role]


def column(sandbox: Sandbox, sql: str) -> list[Any]:
    """One column of what the bot has recorded."""
    with closing(open_for_reading(sandbox.home / "signoff.db")) as connection:
        return [value for (value,) in connection.execute(sql)]


def at_once(sandbox: Sandbox, deeds: Sequence[Deed], after_s: Sequence[float] = ()) -> list[Json]:
    """Posts each `(path, body)` to the drive API, all at the same time or each so many seconds later.

    The answers come in the order of the deeds.
    """
    return asyncio.run(_all(sandbox.url, deeds, after_s or [0.0] * len(deeds)))


async def _all(url: str, deeds: Sequence[Deed], after_s: Sequence[float]) -> list[Json]:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, timeout=timeout, connector=connector) as http:
        return list(
            await asyncio.gather(
                *(_post(http, *deed, wait_s) for deed, wait_s in zip(deeds, after_s, strict=True))
            )
        )


async def _post(http: aiohttp.ClientSession, path: str, body: Json, wait_s: float) -> Json:
    await asyncio.sleep(wait_s)
    async with http.post(f"/drive/{path}", json=body) as response:
        answer: Json = await response.json()
        return answer


def click(card: Json, action: str, user: str) -> Deed:
    return "click", {"user": user, "channel": card["channel"], "ts": card["ts"], "action_id": action}


def command(text: str, user: str = "riley", command: str = "/refund") -> Deed:
    return "command", {"user": user, "channel": "#refunds", "command": command, "text": text}
