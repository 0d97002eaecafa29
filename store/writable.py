"""Whether a bot could write its database here. Looked at and not tried, so that looking makes nothing."""

import os
from pathlib import Path


def unwritable(file: Path) -> Path | None:
    """The database file, one of those beside it, or their folder: the first that this process may not write.

    A folder that is not there yet is judged by the one it would be made in.
    """
    file = file.resolve()
    folder = next(each for each in file.parents if each.exists())
    beside = (file, Path(f"{file}-wal"), Path(f"{file}-shm"), file.with_suffix(".lock"))
    needed = [folder, *(each for each in beside if each.exists())]
    return next((each for each in needed if not os.access(each, os.W_OK)), None)


def is_on_read_only_disk(file: Path) -> bool:
    """Whether the disk is mounted so that nobody can write the file, whoever they are."""
    return bool(os.statvfs(file).f_flag & os.ST_RDONLY)
