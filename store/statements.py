"""Named SQL: every statement lives in `queries/*.sql` under a line `-- name: WORD`."""

import re
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_QUERIES = Path(__file__).parent / "queries"


def statements(file: str) -> dict[str, str]:
    """The statements of `queries/FILE.sql` by name."""
    text = (_QUERIES / f"{file}.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    names = pieces[0::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{file}.sql names a statement twice")
    return dict(zip(names, (sql.strip() for sql in pieces[1::2]), strict=True))
