"""Two hundred requests on two hundred payments, asked at once and approved at once: two hundred refunds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle

import pytest

from tests.harness import Deliver, Json, Sandbox, buttons, until
from tests.scenarios.asking import OVER, roots
from tests.scenarios.crowd import at_once, click, command, crowded, of_role

RUNS = 200
WITHIN_S = 300


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """What is counted here is on the far side of the bot."""
    return "socket"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    with crowded(tmp_path_factory.mktemp("crowd"), deliver, people=50, payments=RUNS) as sandbox:
        yield sandbox


def test_two_hundred_runs_approved_at_once_make_two_hundred_refunds(crowd: Sandbox) -> None:
    payments = [f"pi_plain{number:02d}" for number in range(1, RUNS + 1)]
    requesters, approvers = cycle(of_role(crowd, "requester")), cycle(of_role(crowd, "approver"))
    asking = [command(f"{each} 1.00 storm", next(requesters)) for each in payments]
    assert taken(at_once(crowd, asking))
    cards = until(lambda: _all(_cards(crowd)), "all the cards", WITHIN_S)

    assert taken(at_once(crowd, [click(each, "approve", next(approvers)) for each in cards]))
    ended = until(lambda: _all(_ended(crowd)), "all the ends", WITHIN_S)

    stripe = crowd.stripe()
    refunds = [each for each in stripe["refunds"] if "signoff_effect" in each["metadata"]]
    assert Counter(each["payment_intent"] for each in refunds) == Counter(payments)
    assert {(each["amount"], each["status"]) for each in refunds} == {(100, "succeeded")}
    assert len({each["metadata"]["signoff_effect"] for each in refunds}) == RUNS
    assert len(stripe["attempts"]) == RUNS
    assert [each["text"] for each in ended if "— done:" not in each["text"]] == []
    assert [each["ts"] for each in roots(crowd) if "approve" in buttons(each)] == []


def taken(answers: Sequence[Json]) -> bool:
    """A small machine may take longer over so many than the 3 s Slack gives. They are taken all the same."""
    return {each["error"] for each in answers} <= {None, "app_did_not_respond"}


def _cards(sandbox: Sandbox) -> list[Json]:
    return [each for each in roots(sandbox) if "approve" in buttons(each)]


def _ended(sandbox: Sandbox) -> list[Json]:
    return [each for each in roots(sandbox) if OVER.search(each["text"])]


def _all(found: list[Json]) -> list[Json] | None:
    return found if len(found) == RUNS else None
