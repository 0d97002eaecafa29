"""What Slack would never send, and what it sends for somebody else: a named answer or a named line of the
log, nothing is recorded, and the bot goes on.

How a body is signed, typed and cut stands in test_signed_http, bare frames in test_socket_frames.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.harness import WAIT_S, Json, Sandbox, buttons, until
from tests.scenarios.asking import Asked, alone, ask, roots, signoff

TEAM, ELSEWHERE = "T0SANDBOX", "T0ELSEWHERE"
MEGABYTE = "x" * 900_000
ANOTHER = "belongs to another Slack workspace"
UNKNOWN = "doesn't know what this is"


@pytest.fixture(scope="module")
def open_card(stage: Sandbox) -> Json:
    return ask(stage, "pi_plain10 1.00 open").card()


def command(**changes: Any) -> Json:
    body = {
        "command": "/refund",
        "text": "pi_plain10 2.00 not to be",
        "team_id": TEAM,
        "user_id": "U0RILEY",
        "channel_id": "C0REFUNDS",
        "api_app_id": "A0SIGNOFF",
        "trigger_id": f"{time.monotonic_ns()}.1",
        "response_url": "",
    }
    return {key: value for key, value in {**body, **changes}.items() if value is not None}


def interaction(kind: str, **changes: Any) -> Json:
    body = {
        "type": kind,
        "team": {"id": TEAM, "domain": "sandbox"},
        "user": {"id": "U0MORGAN", "team_id": TEAM},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": f"{time.monotonic_ns()}.1",
    }
    return {**body, **changes}


def click(card: Json, action: str = "approve", **changes: Any) -> Json:
    button = buttons(card)[action]
    return interaction(
        "block_actions",
        container={"type": "message", "message_ts": card["ts"], "channel_id": card["channel"]},
        channel={"id": card["channel"], "name": "refunds"},
        actions=[{"type": "button", "action_id": action, "block_id": "b", "value": button["value"]}],
        **changes,
    )


def submission(callback: str = "reject_reason", **changes: Any) -> Json:
    view = {
        "id": f"V{time.monotonic_ns()}",
        "type": "modal",
        "hash": "1",
        "callback_id": callback,
        "private_metadata": "{}",
        "state": {"values": {}},
    }
    return interaction("view_submission", view={**view, **changes})


def deliver(sandbox: Sandbox, kind: str, payload: Any) -> Json:
    """As ASCII: half a surrogate pair fits in JSON, and in no UTF-8."""
    body = json.dumps({"kind": kind, "payload": payload})
    headers = {"Content-Type": "application/json"}
    url = f"{sandbox.url}/drive/deliver"
    answer: Json = httpx.post(url, content=body, headers=headers, timeout=WAIT_S).json()
    return answer


def nothing_came_of_it(sandbox: Sandbox, card: Json, before: int) -> None:
    """No run, no vote, and the bot takes what comes next."""
    answer = sandbox.command("help", command="/signoff")
    assert answer["ok"], answer
    assert len(roots(sandbox)) == before
    assert "approve" in buttons(Asked(sandbox, card["ts"]).root())
    assert sandbox.refunds("pi_plain10") == []


def logged(sandbox: Sandbox, event: str) -> list[Json]:
    lines = (json.loads(line) for line in (sandbox.home / "bot.log").read_text().splitlines())
    return [each for each in lines if each["event"] == event]


def hears_after(sandbox: Sandbox, user: str, act: Callable[[], Json], says: str) -> None:
    def told() -> list[Json]:
        directly = [each for each in sandbox.messages() if each["channel"] == f"D0{user.upper()}"]
        return [each for each in (*alone(sandbox, user), *directly) if says in each["text"]]

    before = len(told())
    assert act()["ok"]
    until(lambda: len(told()) > before, f"{user} to hear: {says}")


OF_ANOTHER: dict[str, dict[str, Any]] = {
    "another workspace's": {"team": {"id": ELSEWHERE}},
    "an organisation's, with its person's own workspace": {
        "team": None,
        "enterprise": {"id": "E0ORG"},
        "is_enterprise_install": True,
        "user": {"id": "U0MORGAN", "team_id": ELSEWHERE},
    },
    "nobody's": {"team": None, "user": {"id": "U0MORGAN"}},
}


@pytest.mark.parametrize("whose", OF_ANOTHER.values(), ids=OF_ANOTHER)
def test_a_click_of_another_workspace_decides_nothing_and_is_refused_by_name(
    stage: Sandbox, open_card: Json, whose: dict[str, Any]
) -> None:
    before, told_before = len(roots(stage)), len(logged(stage, "another_workspace"))
    hears_after(stage, "morgan", lambda: deliver(stage, "interactive", click(open_card, **whose)), ANOTHER)
    [line] = logged(stage, "another_workspace")[told_before:]
    assert line["payload"] == "block_actions approve"
    nothing_came_of_it(stage, open_card, before)


@pytest.mark.parametrize("team", [ELSEWHERE, "", "E0ORG"])
def test_a_command_of_another_workspace_starts_nothing_and_is_told_so(
    stage: Sandbox, open_card: Json, team: str
) -> None:
    before = len(roots(stage))
    answer = deliver(stage, "slash_commands", command(team_id=team))
    assert ANOTHER in answer["response"]["text"]
    nothing_came_of_it(stage, open_card, before)


@pytest.mark.parametrize("installed", [ELSEWHERE, "E0ORG"])
def test_a_form_opened_by_another_installation_is_told_so_in_its_place(
    stage: Sandbox, open_card: Json, installed: str
) -> None:
    before = len(roots(stage))
    sent = submission("ask", app_installed_team_id=installed)
    answer = deliver(stage, "interactive", sent)
    assert answer["response"]["response_action"] == "update"
    assert ANOTHER in str(answer["response"]["view"])
    nothing_came_of_it(stage, open_card, before)


def test_an_event_of_another_workspace_is_acked_and_only_logged(stage: Sandbox, open_card: Json) -> None:
    before, told_before = len(roots(stage)), len(logged(stage, "another_workspace"))
    event = {"type": "app_home_opened", "user": "U0MORGAN", "tab": "home", "channel": "D0MORGAN"}
    envelope = {
        "type": "event_callback",
        "team_id": TEAM,
        "event": event,
        "authorizations": [{"team_id": ELSEWHERE, "enterprise_id": None}],
    }
    assert deliver(stage, "events_api", envelope)["ok"]
    assert len(logged(stage, "another_workspace")) == told_before + 1
    nothing_came_of_it(stage, open_card, before)


def test_a_person_of_a_connected_workspace_is_refused_by_the_policy_s_own_words(
    stage: Sandbox, open_card: Json
) -> None:
    """Slack Connect: the installation is ours, the person is not."""
    before = len(roots(stage))
    olga: dict[str, Any] = {"user": {"id": "U0OLGA", "team_id": ELSEWHERE}}
    hears_after(
        stage,
        "olga",
        lambda: deliver(stage, "interactive", click(open_card, **olga)),
        "You can't decide this one",
    )
    nothing_came_of_it(stage, open_card, before)


UNKNOWN_CLICKS = {
    "a button of another version": {"actions": [{"action_id": "approve_all", "block_id": "b"}]},
    "a button without its place": {"container": {"type": "message"}},
    "a shortcut": {"type": "shortcut", "callback_id": "refund_this"},
    "a message shortcut": {"type": "message_action", "callback_id": "refund_this"},
    "a kind of the future": {"type": "block_dreams"},
}


@pytest.mark.parametrize("changes", UNKNOWN_CLICKS.values(), ids=UNKNOWN_CLICKS)
def test_what_no_version_here_knows_is_answered_by_name(
    stage: Sandbox, open_card: Json, changes: dict[str, Any]
) -> None:
    before = len(roots(stage))
    sent = {**click(open_card), **changes}
    hears_after(stage, "morgan", lambda: deliver(stage, "interactive", sent), UNKNOWN)
    nothing_came_of_it(stage, open_card, before)


UNKNOWN_FORMS = {
    "another version's form": submission("reject_with_vote"),
    "a form without its field": submission("reject_reason"),
    "a form with another field": submission(
        "reject_reason", state={"values": {"why": {"text": {"value": "x"}}}}
    ),
    "a form that says not where it came from": submission("ask", private_metadata="{}"),
    "a form whose memory is cut": submission("ask", private_metadata='{"workflow": "ref'),
}


@pytest.mark.parametrize("sent", UNKNOWN_FORMS.values(), ids=UNKNOWN_FORMS)
def test_a_form_no_version_here_knows_is_answered_in_its_place(
    stage: Sandbox, open_card: Json, sent: Json
) -> None:
    before = len(roots(stage))
    answer = deliver(stage, "interactive", sent)
    assert answer["response"]["response_action"] == "update", answer
    assert UNKNOWN in str(answer["response"]["view"])
    known = sent["view"]["callback_id"] in ("reject_reason", "ask")
    named = logged(stage, "payload_not_understood" if known else "nobody_listens")
    assert named[-1]["payload"] == f"view_submission {sent['view']['callback_id']}"
    nothing_came_of_it(stage, open_card, before)


def test_a_command_this_version_lacks_is_answered_by_name(stage: Sandbox, open_card: Json) -> None:
    before = len(roots(stage))
    answer = deliver(stage, "slash_commands", command(command="/payout"))
    assert UNKNOWN in answer["response"]["text"]
    nothing_came_of_it(stage, open_card, before)


def test_an_event_nobody_asked_for_is_acked_so_that_slack_does_not_send_it_again(stage: Sandbox) -> None:
    before = len(logged(stage, "nobody_listens"))
    envelope = {
        "type": "event_callback",
        "team_id": TEAM,
        "event": {"type": "dream_dreamt", "user": "U0RILEY"},
    }
    assert deliver(stage, "events_api", envelope)["ok"]
    assert [each["payload"] for each in logged(stage, "nobody_listens")[before:]] == [
        "event_callback dream_dreamt"
    ]


MISSHAPEN: dict[str, Json] = {
    "no type at all": {},
    "a person who is a number": interaction("block_actions", user=5),
    "a team that is a list": interaction("block_actions", team=["T0SANDBOX"]),
    "no buttons": interaction("block_actions", actions=[]),
    "a button without a name": interaction("block_actions", actions=[{"block_id": "b"}]),
    "buttons that are text": interaction("block_actions", actions="approve"),
    "a view that is text": interaction("view_submission", view="V1"),
    "a view without a type": interaction(
        "view_submission", view={"id": "V1", "callback_id": "reject_reason"}
    ),
    "an event that is text": {"type": "event_callback", "team_id": TEAM, "event": "app_home_opened"},
    "an event without a type": {"type": "event_callback", "team_id": TEAM, "event": {"user": "U0RILEY"}},
    "depth": interaction("block_actions", user=json.loads("[" * 200 + "]" * 200)),
}


@pytest.mark.parametrize("payload", MISSHAPEN.values(), ids=MISSHAPEN)
def test_what_is_not_of_slack_s_shape_is_not_acked_and_is_named_in_the_log(
    stage: Sandbox, open_card: Json, payload: Json
) -> None:
    before, refused_before = len(roots(stage)), len(_refusals(stage))
    answer = deliver(stage, "events_api" if "event" in payload else "interactive", payload)
    assert not answer["ok"]
    assert len(_refusals(stage)) == refused_before + 1
    nothing_came_of_it(stage, open_card, before)


def test_a_megabyte_of_text_is_refused_where_it_stands(stage: Sandbox, open_card: Json) -> None:
    before = len(roots(stage))
    answer = deliver(stage, "slash_commands", command(text=f"pi_plain10 2.00 {MEGABYTE}"))
    assert "characters; 500 is the limit" in answer["response"]["text"]
    approval, _, digest = buttons(open_card)["approve"]["value"].partition(":")
    sent = submission(
        "reject_reason",
        private_metadata=json.dumps({"approval": approval, "digest": digest}),
        state={"values": {"reason": {"reason_text": {"value": MEGABYTE}}}},
    )
    answer = deliver(stage, "interactive", sent)
    assert answer["response"]["errors"] == {
        "reason": "The reason has 900,000 characters; 500 is the limit."
    }, answer
    nothing_came_of_it(stage, open_card, before)


@pytest.mark.parametrize("text", ["\ud800", "\x00", "a\ud800b \udfff"])
def test_text_that_is_no_text_is_recorded_nowhere_and_harms_nothing(
    stage: Sandbox, open_card: Json, text: str
) -> None:
    before = len(roots(stage))
    approval, _, digest = buttons(open_card)["approve"]["value"].partition(":")
    sent = submission(
        "reject_reason",
        private_metadata=json.dumps({"approval": approval, "digest": digest}),
        state={"values": {"reason": {"reason_text": {"value": text}}}},
    )
    answer = deliver(stage, "interactive", {**sent, "user": {"id": "U0FIONA", "team_id": TEAM}})
    assert answer["ok"], answer
    nothing_came_of_it(stage, open_card, before)


@pytest.mark.parametrize("times", [2, 5])
def test_a_click_sent_again_is_one_vote(trouble: Sandbox, times: int) -> None:
    before = len(trouble.refunds("pi_plain12"))
    asked = ask(trouble, "pi_plain12 1.00 replayed")
    again = click(asked.card())
    for _ in range(times):
        assert deliver(trouble, "interactive", again)["ok"]
    asked.ended("done")
    assert len(trouble.refunds("pi_plain12")) == before + 1
    shown = signoff("verify", home=trouble.home)
    assert "vote" not in shown.stdout


def test_a_command_and_a_form_sent_again_are_one_run(trouble: Sandbox) -> None:
    before = {each["ts"] for each in roots(trouble)}
    again = command(text="pi_plain13 1.00 replayed")
    form = submission(
        "ask",
        private_metadata=json.dumps({"workflow": "refund", "channel": "C0REFUNDS"}),
        state={
            "values": {
                "payment": {"payment": {"value": "pi_plain13"}},
                "amount": {"amount": {"value": "2.00"}},
                "reason": {"reason": {"value": "replayed"}},
            }
        },
    )
    for _ in range(2):
        assert "On it" in deliver(trouble, "slash_commands", again)["response"]["text"]
        assert deliver(trouble, "interactive", form)["ok"]
    # The channel is written in order, so a second root of either would stand before this one.
    last = ask(trouble, "pi_plain14 1.00 last")
    new = [each for each in roots(trouble) if each["ts"] not in before]
    assert [each["ts"] for each in new][-1] == last.ts
    assert len(new) == 3
    for each in new:
        asked = Asked(trouble, each["ts"])
        assert trouble.click(asked.card(), "cancel", user=_requester(each))["ok"]
        asked.ended("cancelled")


def _requester(root: Json) -> str:
    return "morgan" if "U0MORGAN" in str(root["blocks"]) else "riley"


def _refusals(sandbox: Sandbox) -> list[Json]:
    """Over HTTP the sender hears it too; over a socket the log is all there is."""
    named = [*logged(sandbox, "request_refused"), *logged(sandbox, "envelope_dropped")]
    misshapen = [each for each in named if "Slack's payloads look different" in each["reason"]]
    return [*misshapen, *logged(sandbox, "another_workspace")]
