"""The key the record is sealed with: from the environment, or from a file that a first start makes.

The file lies beside the database, so it protects against those who get the database alone: a copy, a backup.
Whoever may write the whole folder holds both; against them the key comes from elsewhere.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from bot.settings import SEAL_KEY_MIN, SettingsError, StoredSealKey
from store.seals import SealKey

FILE = "seal.key"


def known_keys(stored: StoredSealKey) -> Sequence[SealKey]:
    """The key to seal with comes first; after it, those that earlier seals were made with.

    Raises SettingsError for a file that holds no key.
    """
    file = stored.signoff_home / FILE
    configured = stored.seal_secrets
    return [SealKey(each) for each in (*configured, *([_read(file)] if file.exists() else []))]


def key_to_seal_with(stored: StoredSealKey) -> SealKey:
    """Makes the file where there is neither a setting nor a file. Raises SettingsError and OSError."""
    known = known_keys(stored)
    return known[0] if known else SealKey(_make(stored.signoff_home / FILE))


def _read(file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: can't be read: {error}") from None
    if len(secret) < SEAL_KEY_MIN:
        raise SettingsError(
            f"{file}: holds no key of {SEAL_KEY_MIN} characters or more. Put it back from your backup; "
            "or delete it for a new one, which can't verify the seals there are."
        )
    return secret


def _make(file: Path) -> str:
    """Under its own name only when it is whole, so that a crash leaves no half of a key."""
    secret = secrets.token_hex(32)
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, f"{secret}\n".encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
    unfinished.rename(file)
    return secret
