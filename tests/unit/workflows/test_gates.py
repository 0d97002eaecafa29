"""What an approval binds: a digest over the exact list of effects. The values here are pinned: stored
approvals and buttons in Slack carry them."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from store.identity import canonical_json, digest
from store.records import BlastRadius
from workflows.gates import EffectCall, Finding, GateRequest, Risk, digest_of

REFUND = EffectCall(
    name="refund",
    system="stripe",
    blast_radius=BlastRadius.HIGH,
    arguments={"payment": "pi_42", "amount": 2500, "currency": "usd"},
)
DEAL = EffectCall(
    name="update_deal",
    discriminator="7",
    system="hubspot",
    blast_radius=BlastRadius.REVERSIBLE,
    arguments={"deal": "7", "stage": "refunded"},
)

NAMES = st.text(max_size=6)
ARGUMENTS = st.dictionaries(
    NAMES, st.one_of(st.text(max_size=6), st.integers(), st.booleans(), st.none()), max_size=3
)
CALLS = st.builds(
    EffectCall,
    name=NAMES,
    discriminator=NAMES,
    system=NAMES,
    blast_radius=st.sampled_from(BlastRadius),
    arguments=ARGUMENTS,
)


def test_the_digest_of_a_list_of_effects_is_pinned() -> None:
    assert digest_of((REFUND,)) == "c3b7aa0c2d6b284fc9e13567340c757baa45e107c6fbaab9fc127a622a6316ac"
    assert digest_of((REFUND, DEAL)) == "e02fd37dc915a962a1c350ab2ac3630842ba10936d2a59e4b469cebfe25ea9cc"


def test_the_digest_is_sha256_over_each_effect_with_its_length_before_it() -> None:
    by_hand = hashlib.sha256()
    for effect in (REFUND, DEAL):
        text = json.dumps(effect.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()
        by_hand.update(f"{len(text)}:".encode() + text)
    assert digest_of((REFUND, DEAL)) == by_hand.hexdigest()


def test_the_digest_of_the_arguments_alone_is_pinned() -> None:
    assert REFUND.digest == "f3dafe485da53e7d3a6baa83a4bd5adc1456794873b7e7378e232f175b66a8fc"
    assert REFUND.digest == digest('{"amount":2500,"currency":"usd","payment":"pi_42"}')


def test_the_order_of_effects_matters() -> None:
    assert digest_of((REFUND, DEAL)) != digest_of((DEAL, REFUND))


def test_one_effect_more_or_twice_the_same_is_another_list() -> None:
    assert len({digest_of(each) for each in ((REFUND,), (REFUND, REFUND), (REFUND, DEAL), ())}) == 4


def test_the_order_in_which_arguments_are_written_does_not_matter() -> None:
    turned = dict(reversed(REFUND.arguments.items()))
    assert digest_of((REFUND.model_copy(update={"arguments": turned}),)) == digest_of((REFUND,))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "refund2"},
        {"discriminator": "1"},
        {"system": "stripe_test"},
        {"blast_radius": BlastRadius.REVERSIBLE},
        {"arguments": {"payment": "pi_43", "amount": 2500, "currency": "usd"}},
        {"arguments": {"payment": "pi_42", "amount": 2501, "currency": "usd"}},
        {"arguments": {"payment": "pi_42", "amount": "2500", "currency": "usd"}},
        {"arguments": {"payment": "pi_42", "amount": 2500, "currency": "eur"}},
        {"arguments": {"payment": "pi_42", "amount": 2500}},
        {"arguments": {"payment": "pi_42", "amount": 2500, "currency": "usd", "reason": None}},
    ],
    ids=str,
)
def test_any_change_to_an_effect_is_another_digest(change: dict[str, object]) -> None:
    assert digest_of((REFUND.model_copy(update=change),)) != digest_of((REFUND,))


@given(st.lists(CALLS, max_size=3), st.lists(CALLS, max_size=3))
def test_two_lists_share_a_digest_only_when_they_are_the_same(
    left: list[EffectCall], right: list[EffectCall]
) -> None:
    same = [canonical_json(each.model_dump(mode="json")) for each in left] == [
        canonical_json(each.model_dump(mode="json")) for each in right
    ]
    assert (digest_of(tuple(left)) == digest_of(tuple(right))) == same


def test_parts_can_not_be_shifted_from_one_to_the_next() -> None:
    assert (
        len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest("", "abc")}) == 5
    )
    assert digest("1:a", "b") != digest("1:a1:b")


@given(st.lists(CALLS, min_size=1, max_size=3))
def test_what_comes_back_from_the_database_has_the_digest_it_was_asked_with(calls: list[EffectCall]) -> None:
    request = GateRequest(gate="g", title="t", consequence="c", effects=tuple(calls))
    stored = json.loads(json.dumps(request.model_dump(mode="json")))
    assert digest_of(GateRequest.model_validate(stored).effects) == digest_of(tuple(calls))


def test_an_argument_without_a_json_form_is_an_error_not_a_digest() -> None:
    with pytest.raises(ValueError, match="JSON"):
        _ = REFUND.model_copy(update={"arguments": {"amount": float("nan")}}).digest


def test_a_gate_without_effects_has_nothing_to_ask() -> None:
    with pytest.raises(ValidationError):
        GateRequest(gate="g", title="t", consequence="c", effects=())


def test_what_would_not_fit_on_a_card_is_refused_where_it_is_made() -> None:
    for long in (
        {"title": "x" * 151},
        {"consequence": "x" * 281},
        {"reason": "x" * 1001},
        {"effects": (REFUND,) * 21},
        {"findings": (Finding(rule="r", text="t", risk=Risk.LOW),) * 21},
    ):
        with pytest.raises(ValidationError):
            GateRequest.model_validate(
                {"gate": "g", "title": "t", "consequence": "c", "effects": (REFUND,)} | long
            )


def test_risks_weigh_low_medium_high() -> None:
    assert sorted(Risk, key=lambda risk: risk.weight) == [Risk.LOW, Risk.MEDIUM, Risk.HIGH]
