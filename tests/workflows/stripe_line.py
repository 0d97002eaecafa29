"""The line to Stripe, held by a test: real stripe-python, and what comes back over the wire is given.

With it the smallest workflow that pays back: a gate, and the refund.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import stripe
from langgraph.graph import END, START

from store.records import BlastRadius
from tests.workflows.graphs import Context, State, builder, make, request, workflow
from workflows import gates
from workflows.effects.stripe_refund import StripeRefunds
from workflows.gates import EffectCall
from workflows.workflow import Workflow


def paying(payment: str) -> EffectCall:
    """The effect of giving 25.00 USD of a payment back."""
    return EffectCall(
        name="refund",
        system=StripeRefunds.name,
        blast_radius=BlastRadius.HIGH,
        arguments={"payment": payment, "amount": 2500, "currency": "usd"},
    )


@dataclass(frozen=True)
class Reply:
    """What comes over the wire. With status 0 the connection fails."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, type: str, code: str | None = None, **headers: str) -> Reply:
    """An error object of Stripe's own."""
    said = {"type": type, "code": code, "message": f"Stripe says {code or type}."}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": said}), named)


def refund(mark: str, **changed: Any) -> dict[str, Any]:
    """As Stripe shows one that went through as it was meant."""
    made = {
        "id": "re_1",
        "object": "refund",
        "status": "succeeded",
        "amount": 2500,
        "currency": "usd",
        "payment_intent": "pi_42",
        "charge": "ch_42",
        "metadata": {"signoff_effect": mark},
    }
    return {**made, **changed}


class StripeLine(stripe.HTTPClient):
    """`answer` is what creating a refund is answered; without one the refund is made as it was meant, with
    `changed` otherwise. `listed` are the refunds a read finds, `reading` what it is answered instead.
    """

    name = "line"

    def __init__(self) -> None:
        super().__init__()
        self.answer: Reply | None = None
        self.reading: Reply | None = None
        self.reading_after_the_call: Reply | None = None
        self.changed: dict[str, Any] = {}
        self.listed: list[dict[str, Any]] = []
        self.said: list[str] = []
        self.marks: list[str] = []

    @property
    def refunds(self) -> StripeRefunds:
        client = stripe.StripeClient("sk_test_1", max_network_retries=0, http_client=self)
        return StripeRefunds(client)

    @property
    def keys(self) -> list[str]:
        return [each for each in self.said if each != "read"]

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        if method == "get":
            self.said.append("read")
            listed = {"object": "list", "data": self.listed, "has_more": False}
            return _sent(self.reading or Reply(200, json.dumps(listed)))
        self.said.append(headers["Idempotency-Key"])
        self.reading = self.reading_after_the_call or self.reading
        [mark] = parse_qs(post_data)["metadata[signoff_effect]"]
        self.marks.append(mark)
        return _sent(self.answer or Reply(200, json.dumps(refund(mark, **self.changed))))

    async def sleep_async(self, secs: float) -> None:
        raise AssertionError("the client must not retry by itself")


def _sent(reply: Reply) -> tuple[bytes, int, Mapping[str, str]]:
    if reply.status == 0:
        raise stripe.APIConnectionError("Connection reset")  # type: ignore[no-untyped-call]  # theirs is bare
    return reply.body.encode(), reply.status, {"request-id": "req_1", **reply.headers}


def paying_back(payment: str = "pi_42") -> Workflow:
    call = paying(payment)

    async def ask(state: State) -> State:
        return {"decision": gates.ask(request(call, gate="refund"))}

    async def pay_back(state: State, runtime: Context) -> State:
        return await make(call, state, runtime)

    graph = builder()
    graph.add_node("gate", ask)
    graph.add_node("refund", pay_back)
    graph.add_edge(START, "gate")
    graph.add_edge("gate", "refund")
    graph.add_edge("refund", END)
    return workflow("paying_back", graph)
