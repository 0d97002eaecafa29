"""Identity: canonical JSON, length-prefixed SHA-256, and the ids and keys made of them.

Nothing random and no time goes into any id or key, so a repeated request arrives at the same row.
"""

import base64
import hashlib
import json


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no spaces, no NaN (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*parts: str) -> str:
    """SHA-256 over length-prefixed parts, 64 hex digits: ("ab", "c") and ("a", "bc") differ."""
    return _hash(parts).hexdigest()


def identifier(prefix: str, *parts: str) -> str:
    """A readable id: `prefix-` and 80 bits of the digest in lower-case base32."""
    text = base64.b32encode(_hash(parts).digest()[:10]).decode("ascii").lower()
    return f"{prefix}-{text}"


def _hash(parts: tuple[str, ...]) -> "hashlib._Hash":
    encoded = [part.encode("utf-8") for part in parts]
    return hashlib.sha256(b"".join(b"%d:%b" % (len(each), each) for each in encoded))
