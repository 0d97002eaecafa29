"""What the sandbox remembers across restarts: JSON documents by collection and id, in one SQLite file."""

import json
import sqlite3
from pathlib import Path
from typing import Any

Document = dict[str, Any]


class Storage:
    """Write-through: the sandbox's models live in memory, every change is committed here at once."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (position INTEGER PRIMARY KEY, collection TEXT NOT NULL, "
            "id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (collection, id)) STRICT"
        )

    def load(self, collection: str) -> dict[str, Document]:
        """All documents of a collection by id, in the order they were first put."""
        rows = self._connection.execute(
            "SELECT id, body FROM documents WHERE collection = ? ORDER BY position", (collection,)
        )
        return {id: json.loads(body) for id, body in rows}

    def put(self, collection: str, id: str, document: Document) -> None:
        self._connection.execute(
            "INSERT INTO documents (collection, id, body) VALUES (?, ?, ?) "
            "ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
            (collection, id, json.dumps(document)),
        )

    def delete(self, collection: str, id: str) -> None:
        self._connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (collection, id))

    def clear(self, collection: str) -> None:
        self._connection.execute("DELETE FROM documents WHERE collection = ?", (collection,))

    def close(self) -> None:
        self._connection.close()
