"""What can go wrong between a caller and the database."""


class StoreError(Exception):
    """Something went wrong in the store."""


class Stale(StoreError):
    """A compare-and-set touched other than one row: someone was faster, or the row was never there."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"expected to change one row, changed {rows}")
        self.rows = rows


class NotRecorded(StoreError):
    """The transaction failed as a whole. After a lost connection or a failed sync it may be recorded all
    the same: ids are deterministic, so read, or ask again; never conclude that it didn't happen."""


class Unreadable(StoreError):
    """The database could not be read just now: locked too long, or the disk failed."""


class DatabaseInUse(StoreError):
    """Another process owns the database file."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file} is in use by another Signoff process. One bot owns a database file; "
            "stop the other one, or give this one its own SIGNOFF_HOME."
        )
        self.file = file


class SchemaTooNew(StoreError):
    """The database was written by a newer Signoff."""

    def __init__(self, file: str, found: int, known: int) -> None:
        super().__init__(
            f"{file} has schema {found}, and this Signoff knows schemas up to {known}. "
            "Start the newer version that wrote it."
        )
        self.found = found
        self.known = known
