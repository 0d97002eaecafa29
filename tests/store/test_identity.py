"""Identity: the same words give the same id for ever, and no two different ones do."""

import base64
import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import outbox
from store.identity import canonical_json, digest, identifier
from store.outbox import NewOutgoing
from store.records import OutboxKind

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
PARTS = st.lists(WORDS, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


def test_the_formats_of_ids_and_digests_are_those_already_stored() -> None:
    """Literals: a change of any of these formats orphans the rows and keys of every database out there."""
    assert digest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("ab", "c") == "430fb1b4ac43316eca81fab27a1930ab8eff8fef6a1dc7903dce44bbc2790dc5"
    assert identifier("run", "T0SANDBOX", "pi_42") == "run-wnrb3h7hoapdsiq5"
    assert outbox.root_id("T0SANDBOX", "run-1") == "out-fjvt2msmsrhncazy"
    step = NewOutgoing("T0SANDBOX", "run-1", OutboxKind.STEP, channel="C0REFUNDS", what="3")
    assert step.id == "out-2x3bma3kfcdk3q2f"
    assert (
        canonical_json({"b": [1, True, None, "é"], "a": {"d": 1.5, "c": "x"}})
        == '{"a":{"c":"x","d":1.5},"b":[1,true,null,"é"]}'
    )


def test_a_digest_is_sha256_over_byte_counts_and_bytes() -> None:
    assert digest("ab", "é") == hashlib.sha256(b"2:ab2:\xc3\xa9").hexdigest()


@given(PARTS)
def test_an_id_is_80_bits_of_the_digest_in_base32(parts: list[str]) -> None:
    bits = bytes.fromhex(digest(*parts))[:10]
    assert identifier("run", *parts) == f"run-{base64.b32encode(bits).decode().lower()}"


@given(PARTS, PARTS)
def test_different_parts_never_share_a_digest(some: list[str], others: list[str]) -> None:
    assert (digest(*some) == digest(*others)) == (some == others)


@given(PARTS, st.integers(0, 4), st.integers(0, 6))
def test_moving_the_border_between_two_parts_changes_the_digest(
    parts: list[str], place: int, at: int
) -> None:
    if place + 1 < len(parts) and at != len(parts[place]):
        joined = parts[place] + parts[place + 1]
        moved = [*parts[:place], joined[:at], joined[at:], *parts[place + 2 :]]
        assert (digest(*moved) == digest(*parts)) == (moved == parts)


@given(st.dictionaries(WORDS, JSON, max_size=5))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_canonical_json_refuses_what_json_has_no_word_for(value: float) -> None:
    with pytest.raises(ValueError):
        canonical_json({"amount": value})


def test_the_parts_of_an_outgoing_message_all_count() -> None:
    base = NewOutgoing("T", "run-1", OutboxKind.STEP, channel="C", what="1")
    others = [
        NewOutgoing("T2", "run-1", OutboxKind.STEP, channel="C", what="1"),
        NewOutgoing("T", "run-2", OutboxKind.STEP, channel="C", what="1"),
        NewOutgoing("T", "run-1", OutboxKind.ASK, channel="C", what="1"),
        NewOutgoing("T", "run-1", OutboxKind.STEP, channel="C", what="2"),
    ]
    assert base.id not in {other.id for other in others}
    assert NewOutgoing("T", "run-1", OutboxKind.STEP, channel="elsewhere", what="1").id == base.id
