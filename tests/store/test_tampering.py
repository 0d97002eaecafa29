"""A stored checkpoint that names code to run: the stock serialiser runs it, ours doesn't."""

import json
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import ormsgpack
import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Command

from store.checkpoints import BoundarySaver, Session, stored_thread, using
from store.sqlite import Database
from tests.store.graphs import config, drive, gated, given

THREAD = "T0SANDBOX:run-1"
CONSTRUCTOR_SINGLE_ARG, CONSTRUCTOR_POS_ARGS, CONSTRUCTOR_KW_ARGS, METHOD_SINGLE_ARG, PYDANTIC_V1 = range(5)

Craft = Callable[[str], tuple[str, bytes]]


class Pickled:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, (self.command,)


def msgpack(code: int, *words: object) -> tuple[str, bytes]:
    # Wrapped in a mapping: deep inside a value is where it would be hidden.
    return "msgpack", ormsgpack.packb({"log": ormsgpack.Ext(code, ormsgpack.packb(words))})


def lc(version: int, command: str) -> tuple[str, bytes]:
    envelope = {"lc": version, "type": "constructor", "id": ["os", "system"], "args": [command]}
    return "json", json.dumps(envelope).encode()


CRAFTED: dict[str, Craft] = {
    "a constructor": lambda command: msgpack(CONSTRUCTOR_SINGLE_ARG, "os", "system", command),
    "positional arguments": lambda command: msgpack(CONSTRUCTOR_POS_ARGS, "os", "system", [command]),
    "keyword arguments": lambda command: msgpack(CONSTRUCTOR_KW_ARGS, "os", "system", {"command": command}),
    "a pydantic model": lambda command: msgpack(PYDANTIC_V1, "os", "system", {"command": command}),
    "a json constructor": lambda command: lc(2, command),
    "a pickle": lambda command: ("pickle", pickle.dumps(Pickled(command))),
}

# Not run even by a permissive serialiser of this version, and to stay so.
CRAFTED_AND_BLOCKED: dict[str, Craft] = {
    "a method": lambda command: msgpack(METHOD_SINGLE_ARG, "os", "system", command, "__call__"),
    "a langchain constructor": lambda command: lc(1, command),
}


async def attempt(database: Database, file: Path, row: tuple[str, bytes]) -> None:
    """Stores the row where a thread that waits keeps its checkpoint and its writes, and resumes it."""
    graph = gated(BoundarySaver())
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)
    with closing(sqlite3.connect(file)) as attacker:
        attacker.execute("UPDATE writes SET type = ?, value = ?", row)
        attacker.commit()
    await look_and_resume(database)
    with closing(sqlite3.connect(file)) as attacker:
        attacker.execute("UPDATE checkpoints SET type = ?, checkpoint = ?", row)
        attacker.commit()
    await look_and_resume(database)
    with closing(sqlite3.connect(file)) as attacker:
        attacker.execute("UPDATE checkpoints SET metadata = ?", row[1:])
        attacker.execute("UPDATE writes SET channel = '__resume__', type = ?, value = ?", row)
        attacker.commit()
    await look_and_resume(database)


async def look_and_resume(database: Database) -> None:
    """It may fail in any way it likes: what counts is what it does not do."""
    graph = gated(BoundarySaver())
    stored = await database.read(lambda tx: stored_thread(tx, THREAD))
    with suppress(Exception), using(Session(stored)):
        await graph.aget_state(config(THREAD))
    with suppress(Exception):
        await drive(database, graph, THREAD, Command(resume="yes"))


@pytest.mark.parametrize("craft", CRAFTED.values(), ids=CRAFTED.keys())
async def test_a_tampered_row_runs_no_code(
    database: Database, file: Path, tmp_path: Path, craft: Craft
) -> None:
    trace = tmp_path / "it-ran"
    row = craft(f"touch {trace}")
    permissive: Any = JsonPlusSerializer(
        pickle_fallback=True, allowed_json_modules=True, allowed_msgpack_modules=True
    )
    with suppress(Exception):
        permissive.loads_typed(row)
    assert trace.exists(), "the crafted row is harmless, so this test shows nothing"
    trace.unlink()

    await attempt(database, file, row)
    assert not trace.exists()


@pytest.mark.parametrize("craft", CRAFTED_AND_BLOCKED.values(), ids=CRAFTED_AND_BLOCKED.keys())
async def test_a_tampered_row_that_langgraph_blocks_by_itself_runs_no_code(
    database: Database, file: Path, tmp_path: Path, craft: Craft
) -> None:
    trace = tmp_path / "it-ran"
    await attempt(database, file, craft(f"touch {trace}"))
    assert not trace.exists()
