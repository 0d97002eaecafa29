"""Evidence that nothing slips by the seams: Slack's and Stripe's own logs of calls, and SQLite's own commits.

A commit ends with a frame in the write-ahead log that says so (https://www.sqlite.org/fileformat2.html#walformat).
Right after each COMMIT, before the next can begin, they are counted: if any number is missing, something was
committed that passed no point.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.parts import Parts
from store.writer import Job, Writer
from tests.crashes.matrix.commits import SeamedWriter
from tests.crashes.matrix.control import Control
from tests.crashes.matrix.seams import ACK, MODEL_CALL, SOCKET, STRIPE_IDS, seamed
from tests.harness import Json

WAL_HEADER_BYTES, FRAME_HEADER_BYTES = 32, 24
COUNTED = "commits in the log: "


class CountingWriter(SeamedWriter):
    """Passes one more point after each commit, which says how many there are by then."""

    def __init__(self, control: Control, writer: Writer, file: Path) -> None:
        super().__init__(control, writer, file)
        control.note(f"{COUNTED}{commits(file)}")

    def settled(self, job: Job, answer: object) -> None:
        super().settled(job, answer)
        self._control.note(f"{COUNTED}{commits(self._file)}")


def witnessed(control: Control) -> Parts:
    return seamed(control, writer=CountingWriter)


def commits(file: Path) -> int:
    """Commits in the write-ahead log beside `file`, since SQLite last began it anew."""
    wal = file.with_name(f"{file.name}-wal").read_bytes()
    if len(wal) < WAL_HEADER_BYTES:
        return 0
    page_bytes, salt = struct.unpack_from(">I", wal, 8)[0], wal[16:24]
    frames = range(WAL_HEADER_BYTES, len(wal), FRAME_HEADER_BYTES + page_bytes)
    return sum(
        1 for at in frames if wal[at + 8 : at + 16] == salt and struct.unpack_from(">I", wal, at + 4)[0]
    )


def commits_missed(passed: Sequence[str]) -> list[int]:
    """Numbers of commits after which no point was passed; none is what there must be."""
    seen = commits_seen(passed)
    return sorted(set(range(min(seen), max(seen) + 1)) - seen)


def commits_seen(passed: Sequence[str]) -> set[int]:
    return {int(each.removeprefix(COUNTED)) for each in passed if each.startswith(COUNTED)}


def calls_passed(passed: Sequence[str]) -> Counter[str]:
    """Calls by the service's name for them, as the bot's seams saw them."""
    begun = [each.removesuffix(" — before") for each in passed if each.endswith(" — before")]
    calls = [each for each in begun if not each.startswith("commit: ") and each not in (ACK, SOCKET)]
    named = (each.removeprefix("slack ").partition(" (")[0] for each in calls)
    return Counter("model" if each == MODEL_CALL else each for each in named)


def acks_passed(passed: Sequence[str]) -> int:
    """Over a socket only: an ack by HTTP is the answer to the request itself."""
    return sum(1 for each in passed if each == f"{ACK} — after")


def sockets_opened(passed: Sequence[str]) -> int:
    return sum(1 for each in passed if each == f"{SOCKET} — after")


def acks_received(exchanges: Sequence[Json]) -> int:
    """What the sandbox's Slack delivered and saw acknowledged."""
    return sum(1 for each in exchanges if each["direction"] == "to_bot" and each["outcome"] == "acked")


def calls_received(exchanges: Sequence[Json]) -> Counter[str]:
    """The same, as the sandbox's Slack and Stripe logged them."""
    return Counter(
        STRIPE_IDS.sub("/…", f"stripe {each['summary']}") if each["kind"] == "stripe" else each["kind"]
        for each in exchanges
        if each["direction"] == "from_bot"
    )
