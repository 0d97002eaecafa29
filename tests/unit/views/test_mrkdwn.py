"""Markup, and text that must not become any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import describe, mrkdwn
from bot.views.people import may_approve
from tests.unit.views.slack_rules import is_only_ours
from tests.unit.views.stories import NOW, call


def test_the_three_characters_of_markup_become_entities() -> None:
    assert mrkdwn.escape("<a> & &lt;") == "&lt;a&gt; &amp; &amp;lt;"


def test_text_that_hides_or_turns_round_its_surroundings_is_cleaned() -> None:
    bidi = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert mrkdwn.clean(f"a{bidi}\x00\x08\x1b\x7f\x85\r\nb\tc") == "a\nb\tc"


def test_right_to_left_letters_and_joined_emoji_stay() -> None:
    assert mrkdwn.clean("שלום 👩‍👩‍👧 é") == "שלום 👩‍👩‍👧 é"


def test_text_is_cut_with_an_ellipsis_only_when_too_long() -> None:
    assert mrkdwn.fit("abc", 3) == "abc"
    assert mrkdwn.fit("abcd", 3) == "ab…"


def test_ids_become_mentions_and_what_is_no_id_does_not() -> None:
    assert mrkdwn.user("U0SAM") == "<@U0SAM>"
    assert mrkdwn.user("U1> <!channel") == "U1&gt; &lt;!channel"
    assert mrkdwn.group("S0LEADS") == "<!subteam^S0LEADS>"
    assert mrkdwn.group("here>") == "here&gt;"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a|b", "https://a>b", "https://a b", "//a", "https://" + "a" * 2000],
)
def test_an_address_that_could_break_out_of_a_link_makes_no_link(url: str) -> None:
    assert mrkdwn.link(url, "here") == "here"


def test_a_link_keeps_its_address_and_escapes_its_label() -> None:
    assert mrkdwn.link("https://a.b/c?d=1&e=2", "x|<y>") == "<https://a.b/c?d=1&amp;e=2|x¦&lt;y&gt;>"


def test_a_date_is_read_in_the_readers_zone_and_falls_back_to_utc() -> None:
    assert mrkdwn.date(NOW) == "<!date^1795426200^{date_short_pretty} at {time}|2026-11-23 09:30 UTC>"
    assert mrkdwn.date(NOW, "{time}") == "<!date^1795426200^{time}|2026-11-23 09:30 UTC>"


@given(st.text(), st.integers(min_value=40, max_value=200))
def test_pieces_lose_nothing_and_never_cut_markup(text: str, limit: int) -> None:
    written = f"{mrkdwn.escape(text)}<@U0SAM>{mrkdwn.escape(text)}&amp;"
    parts = list(mrkdwn.pieces(written, limit))
    assert "".join(parts) == written
    assert all(len(part) <= limit and is_only_ours(part) for part in parts)


def test_a_policy_lists_people_then_groups() -> None:
    assert may_approve({"users": ["U1"], "groups": ["S0LEADS"]}) == "<@U1>, <!subteam^S0LEADS>"
    assert may_approve({}) == "nobody"
    assert may_approve({"users": [f"U{at}" for at in range(100)]}).endswith("<@U39> and 60 more")


def test_arguments_that_differ_never_read_alike() -> None:
    read = describe.effect_arguments(call(a=1, b="1", c="usd", d=None, e="null", f=[1, {"g": "h i"}]))
    assert read == 'a 1, b "1", c usd, d null, e "null", f [1, {"g": "h i"}]'


def test_what_cannot_be_seen_in_an_argument_is_spelled_out() -> None:
    read = describe.effect_arguments(call(memo="a\u202eb\u200bc\nd"))
    assert read == 'memo "a\\u202eb\\u200bc\\nd"'


def test_an_effect_is_named_with_its_system_once() -> None:
    assert describe.effect_name("stripe", "refund", "") == "stripe.refund"
    assert describe.effect_name("stripe", "refund", "line-2") == "stripe.refund [line-2]"
