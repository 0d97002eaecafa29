"""Over HTTP only what Slack signed is taken, once, and whatever else comes is refused with the reason."""

import gzip
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from tests.harness import ROOT, WAIT_S, Deliver, Sandbox, until
from tests.scenarios.asking import roots, signoff

SECRET = "sandbox-signing-secret"
FORM = "application/x-www-form-urlencoded"
COMMAND = {
    "command": "/refund",
    "user_id": "U0RILEY",
    "channel_id": "C0REFUNDS",
    "team_id": "T0SANDBOX",
    "api_app_id": "A0SIGNOFF",
    "text": "pi_plain01 much",
    "trigger_id": "1.2.3",
}


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    return "http"


@pytest.fixture(scope="module")
def place(stage: Sandbox) -> Sandbox:
    return stage


def signed(
    body: bytes, *, age_s: float = 0, secret: str = SECRET, content_type: str = FORM
) -> dict[str, str]:
    timestamp = str(int(time.time() - age_s))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def sent(place: Sandbox, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{place.bot_url}/slack/events", content=body, headers=headers, timeout=WAIT_S)


def form(**changes: str) -> bytes:
    return urlencode({**COMMAND, **changes}).encode()


def test_what_is_signed_is_taken(place: Sandbox) -> None:
    answer = sent(place, form(), signed(form()))
    assert answer.status_code == 200
    assert "Nothing was started." in answer.text


UNSIGNED: dict[str, Callable[[], dict[str, str]]] = {
    "no signature at all": lambda: {"Content-Type": FORM},
    "another secret": lambda: signed(form(), secret="another secret"),
    "another body": lambda: signed(form(text="pi_plain01 1.00 another text")),
    "too old": lambda: signed(form(), age_s=310),
    "of the future": lambda: signed(form(), age_s=-310),
    "a time that is no number": lambda: {**signed(form()), "X-Slack-Request-Timestamp": "soon"},
    "a time of odd digits": lambda: {**signed(form()), "X-Slack-Request-Timestamp": "²"},
    "a time of too many digits": lambda: {**signed(form()), "X-Slack-Request-Timestamp": "9" * 5000},
    "an empty signature": lambda: {**signed(form()), "X-Slack-Signature": "v0="},
    "a signature of odd letters": lambda: {**signed(form()), "X-Slack-Signature": "v1=é"},
}


@pytest.mark.parametrize("headers", UNSIGNED.values(), ids=UNSIGNED)
def test_what_is_not_signed_by_slack_or_not_of_now_is_refused(
    place: Sandbox, headers: Callable[[], dict[str, str]]
) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers().items()}
    answer = httpx.post(f"{place.bot_url}/slack/events", content=form(), headers=encoded, timeout=WAIT_S)
    assert answer.status_code == 401, answer.text
    assert answer.json()["ok"] is False
    assert answer.json()["error"]


def test_a_body_that_is_signed_and_not_what_its_header_says_is_refused(place: Sandbox) -> None:
    json_type = "application/json"
    whole = json.dumps({"type": "block_actions", "user": {"id": "U0RILEY"}}).encode()
    for body, content_type, status in (
        (form(), json_type, 400),
        (whole[:-10], json_type, 400),
        (b"[" * 100_000, json_type, 400),
        (b"[1]", json_type, 400),
        (b"\xff\xfe", json_type, 400),
        (urlencode({"payload": whole[:-10]}).encode(), FORM, 400),
        (b"", FORM, 400),
        (form(), "text/plain", 415),
        (whole, "multipart/form-data; boundary=x", 415),
        (b"x" * 1_000_001, FORM, 413),
    ):
        answer = sent(place, body, signed(body, content_type=content_type))
        assert answer.status_code == status, (body[:50], answer.text)
        assert answer.json()["error"]


def test_a_megabyte_of_text_in_a_command_is_refused_and_the_next_one_taken(place: Sandbox) -> None:
    body = form(text=f"pi_plain01 1.00 {'x' * 900_000}")
    answer = sent(place, body, signed(body))
    assert answer.status_code == 200
    assert "Nothing was started." in answer.text
    assert sent(place, form(), signed(form())).status_code == 200


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "message_action", "callback_id": "x"},
        {"type": "block_actions", "actions": [{"action_id": "of_another_app", "block_id": "b"}]},
        {"type": "nothing_known"},
        {},
    ],
)
def test_what_nobody_here_listens_to_is_not_found(place: Sandbox, payload: dict[str, object]) -> None:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert sent(place, body, signed(body)).status_code == 404


def test_the_address_itself_is_confirmed_to_slack(place: Sandbox) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}).encode()
    answer = sent(place, body, signed(body, content_type="application/json"))
    assert answer.status_code == 200
    assert answer.json() == {"challenge": "3eZbrw1aB"}
    assert sent(place, body, {"Content-Type": "application/json"}).status_code == 401


def test_a_body_that_is_cut_off_starts_nothing(place: Sandbox) -> None:
    body = form(text="pi_plain02 1.00 cut", trigger_id="cut")
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    before = len(roots(place))
    address = urlsplit(place.bot_url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        head = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:-20])
        connection.settimeout(60)
        assert b" 408 " in connection.recv(4096), "it does not wait for ever"
    assert len(roots(place)) == before


def test_a_replayed_request_is_one_request(place: Sandbox) -> None:
    """Within five minutes a signature holds, so what was taken once is known by its own id."""
    body = form(text="pi_plain03 1.00 replayed", trigger_id="replayed")
    headers = signed(body)
    before = len(roots(place))
    assert "On it" in sent(place, body, headers).text
    assert sent(place, body, {**headers, "X-Slack-Retry-Num": "1"}).status_code == 200
    later = form(text="pi_plain04 1.00 later", trigger_id="later")
    assert "On it" in sent(place, later, signed(later)).text
    # The channel is written in order, so a second root of the first would stand before this one.
    until(lambda: "pi_plain04" in roots(place)[-1]["text"], "the later root")
    assert len(roots(place)) == before + 2


def test_other_paths_and_methods_are_not_served(place: Sandbox) -> None:
    assert httpx.get(f"{place.bot_url}/health").json() == {"ok": True}
    assert httpx.get(f"{place.bot_url}/slack/events").status_code == 405
    assert httpx.post(f"{place.bot_url}/", content=form(), headers=signed(form())).status_code == 404


def test_nothing_of_a_refused_body_or_signature_is_logged(place: Sandbox) -> None:
    body = form(text="a-secret-in-a-body")
    headers = signed(body, secret="another secret")
    assert sent(place, body, headers).status_code == 401
    log = (place.home / "bot.log").read_text()
    assert "request_refused" in log
    for private in ("a-secret-in-a-body", headers["X-Slack-Signature"], SECRET):
        assert private not in log


def test_a_taken_address_is_refused_by_name(place: Sandbox, tmp_path: Path) -> None:
    port = urlsplit(place.bot_url).port
    second = signoff("serve", home=tmp_path, **variables(place))
    assert second.returncode == 1
    assert f"SIGNOFF_HTTP_PORT: 127.0.0.1:{port} can't be listened on" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_doctor_says_where_slack_s_requests_are_taken(place: Sandbox) -> None:
    checked = signoff("doctor", home=place.home, **variables(place))
    assert checked.returncode == 0, checked.stdout
    assert f"Slack's requests are taken at {place.bot_url}/slack/events." in checked.stdout
    assert SECRET not in checked.stdout


def variables(place: Sandbox) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_SIGNING_SECRET": SECRET,
        "STRIPE_API_KEY": "sk_test_sandbox",
        "SLACK_API_URL": f"{place.url}/slack/api/",
        "STRIPE_API_BASE": f"{place.url}/stripe",
        "SIGNOFF_CONFIG": str(ROOT / "signoff.toml.example"),
        "SIGNOFF_HTTP_PORT": str(urlsplit(place.bot_url).port),
    }


def test_a_body_in_another_coding_than_utf_8_is_refused(place: Sandbox) -> None:
    for body, headers in (
        (gzip.compress(form()), {"Content-Encoding": "gzip"}),
        (form(), {"Content-Encoding": "gzip"}),
        (form(), {"Content-Encoding": "of the future"}),
        (form().decode().encode("utf-16"), {"Content-Type": f"{FORM}; charset=utf-16"}),
        (form(), {"Content-Type": f"{FORM}; charset=latin-1"}),
    ):
        answer = sent(place, body, {**signed(body), **headers})
        assert answer.status_code in (400, 415), (headers, answer.text)
    assert sent(place, form(), signed(form(), content_type=f"{FORM}; charset=UTF-8")).status_code == 200


@pytest.mark.parametrize("length", ["-1", "ten", "99999999999999999999", "20"])
def test_a_length_that_is_not_the_body_s_starts_nothing(place: Sandbox, length: str) -> None:
    body = form(text="pi_plain02 1.00 wrong length", trigger_id=f"length {length}")
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    before = len(roots(place))
    address = urlsplit(place.bot_url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(
            f"POST /slack/events HTTP/1.1\r\nHost: bot\r\n{headers}Content-Length: {length}\r\n\r\n".encode()
            + body
        )
        connection.settimeout(60)
        status = connection.recv(4096).split(b" ", 2)[1]
    assert status[:1] == b"4", status
    assert sent(place, form(), signed(form())).status_code == 200
    assert len(roots(place)) == before
