"""Identity: canonical JSON, length-prefixed SHA-256, and the ids and keys made of them.

Nothing random and no time goes into any id or key, so a repeated request arrives at the same row.
"""

import hashlib
import json

# `json.dumps` would make one at every call.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

# Base32 two letters at a time: `base64` takes longer than the hash.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no spaces, no NaN (ValueError)."""
    return _CANONICAL.encode(value)


def digest(*parts: str) -> str:
    """SHA-256 over length-prefixed parts, 64 hex digits: ("ab", "c") and ("a", "bc") differ."""
    return _hash(parts).hexdigest()


def identifier(prefix: str, *parts: str) -> str:
    """A readable id: `prefix-` and 80 bits of the digest in lower-case base32."""
    bits = int.from_bytes(_hash(parts).digest()[:10], "big")
    text = "".join([_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])
    return f"{prefix}-{text}"


def _hash(parts: tuple[str, ...]) -> "hashlib._Hash":
    encoded = map(str.encode, parts)
    return hashlib.sha256(b"".join([b"%d:%b" % (len(each), each) for each in encoded]))
