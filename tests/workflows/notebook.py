"""A system of record that is a file: it dedupes by key, finds by mark, and fails when told to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from workflows.effects.system import Answer, Call, NotIt, Standing
from workflows.errors import Refused, SavedError, Unanswered


class Trouble(StrEnum):
    """What befalls one call.

    `down`: it never arrives. `lost`: it is done, and the answer goes missing. `hangs`: it is done, and the
    answer never comes. `late`: an earlier call that seemed lost goes through just before this one is refused.
    `saved`: it fails, and this key gets the same failure for ever after.
    """

    DOWN = "down"
    LOST = "lost"
    REFUSED = "refused"
    PENDING = "pending"
    HANGS = "hangs"
    LATE = "late"
    SAVED = "saved"


class Notebook:
    """Implements `workflows.effects.system.SystemOfRecord`."""

    name = "notebook"

    def __init__(self, file: Path) -> None:
        self._file = file
        self.trouble: list[Trouble] = []
        self.reading_fails = False
        self.reading_is_refused = False
        self.while_writing: Exception | None = None
        self.while_finding: Callable[[], Awaitable[object]] | None = None
        self.while_reading: Callable[[], Awaitable[object]] | None = None
        self.looked: list[str] = []
        self.torn_out: set[str] = set()
        self.wet_again = False
        self.keys_called: list[str] = []
        self.hangs = asyncio.Event()
        self._spoiled: set[str] = set()

    @property
    def pages(self) -> list[dict[str, Any]]:
        return list(self._read().values())

    def write(self, key: str, mark: str, arguments: dict[str, object]) -> Answer:
        pages = self._read()
        page = pages.setdefault(key, {"id": f"page-{len(pages) + 1}", "mark": mark, "arguments": arguments})
        self._file.write_text(json.dumps(pages))
        return Answer(Standing.DONE, str(page["id"]), "written", "")

    async def perform(self, call: Call) -> Answer:
        self.keys_called.append(call.idempotency_key)
        if self.while_writing is not None:
            raise self.while_writing
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble == Trouble.SAVED:
            self._spoiled.add(call.idempotency_key)
        if call.idempotency_key in self._spoiled:
            raise SavedError(self.name, "internal error")
        if trouble == Trouble.DOWN:
            raise Unanswered(self.name, "no connection")
        if trouble == Trouble.REFUSED:
            return Answer(Standing.FAILED, None, "no_room", "the notebook is full")
        written = self.write(call.idempotency_key, call.mark, call.arguments)
        if trouble == Trouble.LOST:
            raise Unanswered(self.name, "the answer was lost")
        if trouble == Trouble.LATE:
            return Answer(Standing.FAILED, None, "no_room", "the notebook is full")
        if trouble == Trouble.HANGS:
            self.hangs.set()
            await asyncio.Event().wait()
        if trouble == Trouble.PENDING:
            return Answer(Standing.PENDING, written.external_id, "drying", "the ink has to dry")
        return written

    async def find(self, call: Call) -> Sequence[Answer]:
        if self.while_finding is not None:
            await self.while_finding()
        if self.reading_fails:
            raise Unanswered(self.name, "no connection")
        return [
            Answer(Standing.DONE, page["id"], "written", "")
            for page in self.pages
            if page["mark"] == call.mark
        ]

    async def look(self, external_id: str) -> Answer:
        self.looked.append(external_id)
        if self.reading_fails:
            raise Unanswered(self.name, "no connection")
        if self.reading_is_refused:
            raise Refused(self.name, "key_refused", "another key")
        if self.while_reading is not None:
            await self.while_reading()
        if external_id in self.torn_out:
            return Answer(Standing.FAILED, external_id, "writing_reversed", "The page was torn out.")
        return Answer(Standing.PENDING if self.wet_again else Standing.DONE, external_id, "written", "")

    async def recognise(self, call: Call, external_id: str) -> Answer | NotIt:
        if self.reading_fails:
            raise Unanswered(self.name, "no connection")
        page = next((each for each in self.pages if each["id"] == external_id), None)
        if page is None:
            return NotIt(f"there is no {external_id}.")
        if page["arguments"] != call.arguments:
            return NotIt(f"{external_id} says something else.")
        return Answer(Standing.DONE, external_id, "written", "")

    def _read(self) -> dict[str, dict[str, Any]]:
        pages: dict[str, dict[str, Any]] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return pages
