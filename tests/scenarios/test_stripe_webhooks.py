"""Of webhooks only what Stripe signed just now, for us, is taken; whatever else comes is refused by name."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import stripe

from bot.http import HttpServer
from bot.stripe_webhooks import StripeWebhooks
from store.sqlite import Database
from tests.harness import WAIT_S, Deliver, Sandbox, free_port, quick_config, running_sandbox, until
from tests.scenarios.asking import Asked, refund, signoff
from workflows.bells import Bells
from workflows.clock import system_clock
from workflows.effects.stripe_access import StripeAccess

SECRET = "whsec_sandbox_0000000000000000"
MEGABYTE = 1_000_000
count = iter(range(1, 1_000_000))


@pytest.fixture(scope="module", params=["socket", "http"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The same door, beside a socket or beside Slack's own."""
    folder = tmp_path_factory.mktemp("webhooks")
    deliver: Deliver = request.param
    with running_sandbox(folder / "home", config=quick_config(folder), deliver=deliver) as running:
        yield running
        checked = signoff("verify", home=running.home)
        assert checked.returncode == 0, checked.stdout


@pytest.fixture(scope="module")
def made(place: Sandbox) -> tuple[Asked, str]:
    """A refund that went through, with its id at Stripe, where it stays succeeded."""
    asked = refund(place, "pi_plain01 5.00 x")
    return asked, str(place.refunds("pi_plain01")[-1]["id"])


def event(refund: str = "re_unknown", **changed: Any) -> dict[str, Any]:
    """As the double sends it, and Stripe: a refund that failed."""
    return {
        "id": f"evt_test{next(count)}",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(time.time()),
        "data": {"object": {"id": refund, "object": "refund", "status": "failed", "metadata": {}}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "refund.failed",
        **changed,
    }


def signed(body: str, *, age_s: float = 0, secret: str = SECRET) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time() - age_s)))


def sent(place: Sandbox, body: str, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json", "Stripe-Signature": signed(body), **headers}
    encoded = {name.replace("_", "-").encode(): value.encode() for name, value in given.items()}
    url = f"{place.bot_url}/stripe/webhooks"
    return httpx.post(url, content=body.encode(), headers=encoded, timeout=WAIT_S)


def taken(place: Sandbox, what: dict[str, Any]) -> str:
    answer = sent(place, json.dumps(what))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["taken"])


def refused(place: Sandbox, body: str, **headers: str) -> tuple[int, str]:
    answer = sent(place, body, **headers)
    assert answer.json()["ok"] is False
    return answer.status_code, str(answer.json()["error"])


def reads(place: Sandbox, refund: str) -> int:
    """How often the bot has read this refund."""
    exchanges = httpx.get(f"{place.url}/page/inspector?since=0", timeout=WAIT_S).json()
    return sum(each["summary"] == f"GET /v1/refunds/{refund}" for each in exchanges)


def test_what_stripe_signed_makes_the_refund_be_read_and_is_not_believed(
    place: Sandbox, made: tuple[Asked, str]
) -> None:
    """It says `failed`, and was signed with the right secret; Stripe itself says `succeeded`."""
    asked, id = made
    before = reads(place, id)
    assert taken(place, event(id)) == "look_due"
    until(lambda: reads(place, id) > before, "the refund to be read")
    assert "— done:" in asked.root()["text"]
    assert "reversed" not in asked.thread()


def test_a_replayed_event_is_known_by_its_id(place: Sandbox, made: tuple[Asked, str]) -> None:
    _, id = made
    body = json.dumps(event(id))
    same = signed(body)
    assert sent(place, body, Stripe_Signature=same).json() == {"ok": True, "taken": "look_due"}
    assert sent(place, body, Stripe_Signature=same).json() == {"ok": True, "taken": "repeated"}
    assert sent(place, body).json() == {"ok": True, "taken": "repeated"}, "signed anew, as Stripe does it"


def test_an_older_event_that_comes_last_changes_nothing(place: Sandbox) -> None:
    """It says `succeeded`, as was true when it was made; by now the refund has failed, and that was told."""
    asked = refund(place, "pi_plain02 5.00 x")
    id = str(place.refunds("pi_plain02")[-1]["id"])
    assert place.post("refund", refund=id, reason="expired_or_canceled_card")["ok"]
    until(lambda: "reversed:" in asked.root()["text"], "the card to tell that it was reversed")
    until(lambda: f"Refund {id} of" in asked.thread(), "the thread to tell so")
    succeeded = {"object": {"id": id, "object": "refund", "status": "succeeded", "metadata": {}}}
    older = event(id, type="refund.updated", created=int(time.time()) - 3600, data=succeeded)
    before = asked.thread()
    assert taken(place, older) == "nothing_due"
    assert taken(place, older) == "repeated"
    assert asked.thread() == before
    assert "reversed:" in asked.root()["text"]


def test_an_event_is_about_the_refund_it_names_whatever_run_it_names(
    place: Sandbox, made: tuple[Asked, str]
) -> None:
    _, id = made
    metadata = {"signoff_run": "run-of-another", "signoff_effect": "0"}
    before = reads(place, id)
    assert (
        taken(place, event(data={"object": {"id": id, "object": "refund", "metadata": metadata}}))
        == "look_due"
    )
    until(lambda: reads(place, id) > before, "the refund to be read")


SIGNATURES: dict[str, Callable[[str], str]] = {
    "no signature": lambda body: "",
    "no scheme we know": lambda body: signed(body).replace("v1=", "v0="),
    "another secret": lambda body: signed(body, secret="whsec_of_another_endpoint"),
    "another body": lambda body: signed(body + " "),
    "no time": lambda body: signed(body).partition(",")[2],
    "a time that is no number": lambda body: "t=soon,v1=" + signed(body).partition("v1=")[2],
    "another time than was signed": lambda body: "t=1,v1=" + signed(body).partition("v1=")[2],
    "a time of 5,000 digits": lambda body: f"t={'9' * 5000},v1=00",
    "letters that are none of ours": lambda body: f"t={int(time.time())},v1=é",
    "an empty signature": lambda body: f"t={int(time.time())},v1=",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
def test_a_bad_signature_is_refused(place: Sandbox, signature: Callable[[str], str]) -> None:
    body = json.dumps(event())
    status, reason = refused(place, body, Stripe_Signature=signature(body))
    assert (status, reason) == (
        401,
        "the signature is not Stripe's for this body: check STRIPE_WEBHOOK_SECRET",
    )


def test_of_several_signatures_one_that_fits_is_enough(place: Sandbox) -> None:
    """Stripe sends two while a secret is being replaced."""
    body = json.dumps(event())
    both = f"{signed(body)},v1={'0' * 64}"
    assert sent(place, body, Stripe_Signature=both).status_code == 200


@pytest.mark.parametrize("age_s", [305, 3600, -310])
def test_a_stale_timestamp_is_refused(place: Sandbox, age_s: float) -> None:
    body = json.dumps(event())
    status, reason = refused(place, body, Stripe_Signature=signed(body, age_s=age_s))
    assert (status, reason) == (
        401,
        "the signature is not of the last five minutes: check this machine's clock",
    )
    assert sent(place, body, Stripe_Signature=signed(body, age_s=290)).status_code == 200


def test_events_of_the_other_mode_or_of_another_account_are_refused(place: Sandbox) -> None:
    status, reason = refused(place, json.dumps(event(livemode=True)))
    assert (status, reason) == (403, "the event is of live mode, and STRIPE_API_KEY of test mode")
    status, reason = refused(place, json.dumps(event(account="acct_of_somebody_else")))
    assert (status, reason) == (403, "the event is of another account than STRIPE_API_KEY")
    for other in (True, "acct_of_somebody_else"):
        changed = {"livemode": True} if other is True else {"account": other}
        assert refused(place, json.dumps(event(type="invoice.paid", **changed)))[0] == 403, "of any type"


def test_our_own_account_may_be_named(place: Sandbox, made: tuple[Asked, str]) -> None:
    assert taken(place, event(made[1], account="acct_sandbox")) == "look_due"


@pytest.mark.parametrize("type", ["refund.created", "charge.refunded", "invoice.paid", "of.tomorrow"])
def test_other_types_are_taken_and_left(place: Sandbox, made: tuple[Asked, str], type: str) -> None:
    assert taken(place, event(made[1], type=type, data={"object": {"anything": 1}})) == "left"


@pytest.mark.parametrize("type", ["refund.updated", "refund.failed", "charge.refund.updated"])
def test_each_type_that_tells_of_a_refund_counts(place: Sandbox, made: tuple[Asked, str], type: str) -> None:
    assert taken(place, event(made[1], type=type)) == "look_due"


def test_a_refund_we_do_not_know_is_none_of_ours(place: Sandbox) -> None:
    assert taken(place, event("re_made_in_the_dashboard")) == "not_ours"
    metadata = {"signoff_run": "run-of-another-signoff", "signoff_effect": "0"}
    unknown = {"object": {"id": "re_other", "object": "refund", "metadata": metadata}}
    assert taken(place, event(data=unknown)) == "not_ours"


def test_a_run_that_is_named_and_waits_for_nothing_is_left_alone(
    place: Sandbox, made: tuple[Asked, str]
) -> None:
    run = place.refunds("pi_plain01")[-1]["metadata"]["signoff_run"]
    unknown = {"object": {"id": "re_other", "object": "refund", "metadata": {"signoff_run": run}}}
    assert taken(place, event(data=unknown)) == "nothing_due"


SHAPES: dict[str, tuple[Callable[[], str], int, str]] = {
    "cut in the middle": (lambda: json.dumps(event())[:-30], 400, "the payload is not whole JSON"),
    "empty": (lambda: "", 400, "the payload is not whole JSON"),
    "nested without end": (lambda: "[" * 100_000, 400, "the payload is not whole JSON"),
    "a list": (lambda: json.dumps([event()]), 400, "the payload is no JSON object"),
    "a thin event": (lambda: json.dumps(event(object="v2.core.event")), 400, "this is no event"),
    "no id": (lambda: json.dumps(event(id=None)), 400, "this is no event"),
    "an id of another kind": (lambda: json.dumps(event(id="../evt")), 400, "this is no event"),
    "a refund without an id": (lambda: json.dumps(event(data={"object": {}})), 400, "this is no event"),
    "an id that is no text": (lambda: json.dumps(event("\ud800")), 400, "this is no event"),
    "no data": (lambda: json.dumps(event(data=None)), 400, "this is no event"),
    "a megabyte": (
        lambda: json.dumps(event(padding="x" * MEGABYTE)),
        413,
        "the body may hold 1000000 bytes",
    ),
}


@pytest.mark.parametrize(("body", "status", "reason"), SHAPES.values(), ids=SHAPES)
def test_a_body_that_is_signed_and_no_event_is_refused(
    place: Sandbox, body: Callable[[], str], status: int, reason: str
) -> None:
    found, said = refused(place, body())
    assert found == status
    assert said.startswith(reason)


def test_a_large_event_of_another_type_is_taken_and_left(place: Sandbox) -> None:
    assert taken(place, event(type="invoice.paid", padding="x" * (MEGABYTE - 1_000))) == "left"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(place: Sandbox, content_type: str) -> None:
    found = refused(place, json.dumps(event()), Content_Type=content_type)
    assert found == (415, "the body must be application/json")


def test_what_is_no_utf_8_is_refused(place: Sandbox) -> None:
    headers = {"Content-Type": "application/json", "Stripe-Signature": "t=1,v1=0"}
    answer = httpx.post(f"{place.bot_url}/stripe/webhooks", content=b"\xff\xfe", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "the body is not UTF-8")


def test_a_body_that_does_not_come_whole_is_refused_in_time(place: Sandbox) -> None:
    body = json.dumps(event())
    address = urlsplit(place.bot_url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        head = (
            "POST /stripe/webhooks HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
            f"Stripe-Signature: {signed(body)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body.encode()[:-20])
        connection.settimeout(60)
        assert b" 408 " in connection.recv(4096)


def test_only_posts_are_taken_and_health_is_answered(place: Sandbox) -> None:
    assert httpx.get(f"{place.bot_url}/stripe/webhooks").status_code == 405
    assert httpx.get(f"{place.bot_url}/health").json() == {"ok": True}
    over_http = httpx.post(f"{place.bot_url}/slack/events").status_code
    assert over_http in (404, 415), "over a socket, Slack has no door here"


def test_refusals_are_logged_and_nothing_that_was_sent_is(place: Sandbox) -> None:
    body = json.dumps(event("re_secret_in_a_body"))
    signature = signed(body, secret="whsec_of_another_endpoint")
    assert sent(place, body, Stripe_Signature=signature).status_code == 401
    log = (place.home / "bot.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if '"request_refused"' in line]
    assert {"path": "/stripe/webhooks", "status": 401}.items() <= lines[-1].items()
    assert lines[-1]["reason"].startswith("the signature is not Stripe's")
    for private in ("re_secret_in_a_body", signature, SECRET, "whsec_of_another_endpoint"):
        assert private not in log


def test_without_a_secret_there_is_no_door(tmp_path: Path) -> None:
    with running_sandbox(
        tmp_path / "home", config=quick_config(tmp_path), deliver="http", webhooks=False
    ) as running:
        assert sent(running, json.dumps(event())).status_code == 404
        assert httpx.get(f"{running.bot_url}/health").json() == {"ok": True}


@pytest.mark.parametrize(("key", "status"), [("sk_test_sandbox", 200), ("rk_test_sandbox", 403)])
async def test_our_account_is_known_where_the_key_may_read_it(
    place: Sandbox, tmp_path: Path, key: str, status: int
) -> None:
    """A door of its own, with the key in question: the sandbox's bot has a secret key."""
    database = await Database.open(tmp_path / "signoff.db", system_clock())
    webhooks = StripeWebhooks(database, "T0SANDBOX", SECRET, False, system_clock, Bells())
    server, port = HttpServer([webhooks.door]), free_port()
    await server.start("127.0.0.1", port)
    transport = stripe.HTTPXClient(verify_ssl_certs=False)
    addresses: Any = {"api": f"{place.url}/stripe"}
    try:
        body = json.dumps(event(account="acct_sandbox"))
        assert (await posted(port, body)).status_code == 403, "nobody has learnt it yet"
        client = stripe.StripeClient(key, base_addresses=addresses, http_client=transport)
        await webhooks.learn_account(StripeAccess(client))
        assert (await posted(port, body)).status_code == status
        assert (await posted(port, json.dumps(event()))).json()["taken"] == "not_ours"
    finally:
        await transport.close_async()  # type: ignore[no-untyped-call]  # untyped in stripe-python
        await server.stop()
        await database.close()


async def test_what_can_not_be_recorded_is_to_be_sent_again(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "signoff.db", system_clock())
    webhooks = StripeWebhooks(database, "T0SANDBOX", SECRET, False, system_clock, Bells())
    server, port = HttpServer([webhooks.door]), free_port()
    await server.start("127.0.0.1", port)
    await database.close()
    try:
        answer = await posted(port, json.dumps(event()))
        assert (answer.status_code, answer.json()["ok"]) == (503, False)
    finally:
        await server.stop()


async def posted(port: int, body: str) -> httpx.Response:
    headers = {"Content-Type": "application/json", "Stripe-Signature": signed(body)}
    async with httpx.AsyncClient(timeout=WAIT_S) as http:
        return await http.post(f"http://127.0.0.1:{port}/stripe/webhooks", content=body, headers=headers)
