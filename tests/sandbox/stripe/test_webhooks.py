"""The double's webhooks are Stripe's: signed as its own verifier wants it, typed as its models, repeated."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import stripe
from aiohttp import web

from sandbox.faults import Action, Fault
from sandbox.stripe.events import WEBHOOK_SECRET
from sandbox.stripe.records import Turn
from tests.harness import free_port
from tests.sandbox.stripe.bench import Bench, open_bench

WAIT_S = 30.0


@dataclass
class Endpoint:
    """Takes webhooks as an application would. `statuses` are its answers in turn, then 200."""

    statuses: list[int] = field(default_factory=list)
    events: list[stripe.Event] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        header = request.headers["Stripe-Signature"]
        assert request.content_type == "application/json"
        # Real time and our clock agree: nobody moves it here.
        event = stripe.Webhook.construct_event(body, header, WEBHOOK_SECRET)
        self.events.append(event)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.events]


@dataclass
class Place:
    bench: Bench
    endpoint: Endpoint

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():
                await asyncio.sleep(0.02)
        assert holds(), what

    def order(self, action: Action, method: str = "*", **more: Any) -> None:
        self.bench.faults.add(Fault("webhook", action, method, **more))

    def stands(self, refund: str) -> list[dict[str, Any]]:
        return [each for each in self.bench.double.snapshot()["events"] if each["refund"] == refund]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    endpoint, port = Endpoint(), free_port()
    app = web.Application()
    app.router.add_post("/stripe/webhooks", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with open_bench(tmp_path, webhook_port=port) as bench:
        yield Place(bench, endpoint)
    await runner.cleanup()


async def failed_later(place: Place) -> str:
    refund = await place.bench.refund("pi_plain01", 500)
    await place.until(
        lambda: place.stands(refund.id) and place.stands(refund.id)[0]["delivered_at"],
        "the refund to be told of",
    )
    assert place.endpoint.types == ["refund.created"]
    now = place.bench.clock.now()
    assert place.bench.double.turn_refund(refund.id, Turn(now, "failed", "lost_or_stolen_card")) is not None
    return refund.id


async def test_a_refund_that_fails_later_is_told_of_in_stripe_s_own_form(place: Place) -> None:
    id = await failed_later(place)
    await place.until(lambda: len(place.endpoint.events) == 3, "both events")
    created, *later = place.endpoint.events
    assert sorted(each.type for each in later) == ["refund.failed", "refund.updated"]
    assert len({each.id for each in place.endpoint.events}) == 3
    for each in place.endpoint.events:
        assert (each.object, each.livemode, each.api_version) == ("event", False, stripe.api_version)
        assert set(stripe.Event.__annotations__) - {"account", "context"} >= set(each.to_dict()) - {"data"}
    told = stripe.Refund.construct_from(later[0].data.object.to_dict(), "sk_test_1")
    assert (told.id, told.status, told.failure_reason) == (id, "failed", "lost_or_stolen_card")
    assert later[0].data.previous_attributes is not None
    assert later[0].data.previous_attributes.to_dict() == {"status": "succeeded"}
    assert created.data.object["status"] == "succeeded", "an event tells what was, not what is"
    read = await place.bench.client.v1.refunds.retrieve_async(id)
    assert (read.status, read.failure_reason) == ("failed", "lost_or_stolen_card")


async def test_what_is_not_answered_well_is_sent_again_later_each_time(place: Place) -> None:
    place.endpoint.statuses = [500, 400]
    refund = await place.bench.refund("pi_plain02", 500)
    await place.until(lambda: len(place.endpoint.events) == 1, "the first attempt")
    await place.until(lambda: place.stands(refund.id)[0]["attempts"] == 1, "its outcome")
    [event] = place.stands(refund.id)
    again_at = event["due_at"]
    assert again_at - event["created_at"] >= 1
    assert again_at - place.bench.clock.now() <= 1
    place.bench.clock.advance(1)
    await place.until(lambda: place.stands(refund.id)[0]["attempts"] == 2, "the second attempt")
    [event] = place.stands(refund.id)
    assert event["due_at"] - again_at >= 2, "the pause grows"
    assert event["due_at"] - place.bench.clock.now() <= 2
    place.bench.clock.advance(2)
    await place.until(lambda: place.stands(refund.id)[0]["delivered_at"], "the third attempt")
    assert len({each.id for each in place.endpoint.events}) == 1
    assert len(place.endpoint.events) == 3


async def test_after_three_days_an_event_is_given_up(place: Place) -> None:
    place.endpoint.statuses = [500] * 5
    refund = await place.bench.refund("pi_plain03", 500)
    await place.until(
        lambda: place.stands(refund.id) and place.stands(refund.id)[0]["attempts"] == 1, "one try"
    )
    place.bench.clock.advance(3 * 24 * 3600 + 1)
    await place.until(lambda: place.stands(refund.id)[0]["given_up"], "the last attempt")
    assert place.stands(refund.id)[0]["attempts"] == 2


async def test_faults_repeat_lose_drop_and_delay_what_is_sent(place: Place) -> None:
    place.order("repeat")
    await place.bench.refund("pi_plain04", 100)
    await place.until(lambda: len(place.endpoint.events) == 2, "the same event twice")
    assert place.endpoint.events[0].id == place.endpoint.events[1].id
    place.order("lose_answer")
    lost = await place.bench.refund("pi_plain04", 200)
    await place.until(lambda: len(place.endpoint.events) == 4, "it again, as if nobody had answered")
    await place.until(lambda: place.stands(lost.id)[0]["attempts"] == 2, "the second attempt's outcome")
    place.order("drop")
    dropped = await place.bench.refund("pi_plain04", 300)
    await place.until(
        lambda: place.stands(dropped.id) and place.stands(dropped.id)[0]["given_up"], "its loss"
    )
    place.order("delay", delay_ms=3_600_000)
    late = await place.bench.refund("pi_plain04", 400)
    in_a_while = place.bench.clock.now() + 1800
    await place.until(
        lambda: place.stands(late.id) and place.stands(late.id)[0]["due_at"] > in_a_while, "its delay"
    )
    assert len(place.endpoint.events) == 4
    place.bench.clock.advance(3601)
    await place.until(lambda: place.stands(late.id)[0]["delivered_at"], "the late event")


async def test_an_event_may_be_overtaken_by_the_next(place: Place) -> None:
    place.order("reorder", "refund.updated")
    await failed_later(place)
    await place.until(lambda: len(place.endpoint.events) == 3, "all of them")
    assert place.endpoint.types == ["refund.created", "refund.failed", "refund.updated"]


async def test_what_was_not_taken_survives_a_restart(tmp_path: Path) -> None:
    async with open_bench(tmp_path, webhook_port=free_port()) as bench:
        refund = await bench.refund("pi_plain05", 500)
        async with asyncio.timeout(WAIT_S):
            while not bench.double.snapshot()["events"]:
                await asyncio.sleep(0.02)
    async with open_bench(tmp_path, webhook_port=free_port()) as bench:
        kept = bench.double.snapshot()["events"]
        assert [(each["refund"], each["delivered_at"]) for each in kept] == [(refund.id, None)]


async def test_the_endpoint_is_listed_without_its_secret(place: Place) -> None:
    page = await place.bench.client.v1.webhook_endpoints.list_async({"limit": 10})
    [endpoint] = page.data
    assert (endpoint.status, endpoint.livemode) == ("enabled", False)
    assert {"refund.updated", "refund.failed"} <= set(endpoint.enabled_events)
    assert endpoint.url.endswith("/stripe/webhooks")
    assert "whsec" not in str(endpoint)


async def test_without_an_endpoint_nothing_is_kept_for_one(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.refund("pi_plain06", 500)
        assert (await bench.client.v1.webhook_endpoints.list_async()).data == []
        assert bench.double.snapshot()["events"] == []


async def test_a_refund_that_asks_the_customer_has_stripe_s_shape(place: Place) -> None:
    refund = await place.bench.refund("pi_asks", 500)
    assert refund.status == "requires_action"
    assert refund.next_action is not None
    assert refund.next_action.display_details is not None
    assert refund.next_action.display_details.email_sent.email_sent_to.endswith("@example.com")
    place.bench.clock.advance(601)
    assert (await place.bench.client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
