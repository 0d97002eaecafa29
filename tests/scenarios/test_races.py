"""Two things at the same instant, again and again with another offset: one honest outcome each time."""

import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.harness import ROOT, Deliver, Json, Sandbox, buttons, told, until
from tests.scenarios.asking import OVER, only, roots, signoff
from tests.scenarios.crowd import Deed, at_once, click, column, command, crowded, of_role

TIMES = 15
APART_S = 0.03
WITHIN_S = 240.0
PAYMENTS = 120
EXPIRES_S = 72 * 3_600

numbers = count(1)


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """What races here has arrived already."""
    return "socket"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    with crowded(tmp_path_factory.mktemp("crowd"), deliver, people=20, payments=PAYMENTS) as sandbox:
        yield sandbox


def cards(sandbox: Sandbox) -> list[Json]:
    """As many cards as there are races, each on a payment of its own and by a requester of its own."""
    payments = [f"pi_plain{next(numbers):02d}" for _ in range(TIMES)]
    requesters = of_role(sandbox, "requester")[1:]
    asking = [
        command(f"{payment} 1.00 race", requester)
        for payment, requester in zip(payments, requesters, strict=False)
    ]
    assert all(each["ok"] for each in at_once(sandbox, asking))

    def asked() -> list[Json] | None:
        found = [each for each in roots(sandbox) if "approve" in buttons(each)]
        found = [each for each in found if payment_of(each) in payments]
        return found if len(found) == TIMES else None

    return until(asked, "the cards", WITHIN_S)


def payment_of(card: Json) -> str:
    found = re.search(r"pi_plain\d+", told(card))
    assert found is not None
    return found[0]


def requester_of(sandbox: Sandbox, card: Json) -> str:
    found = re.search(r"<@(U0\w+)>", card["text"])
    assert found is not None
    return found[1]


def race(sandbox: Sandbox, one: Sequence[Deed], other: Sequence[Deed]) -> list[Json]:
    """Each pair at the same instant, give or take a little. The answers to `one`, then those to `other`."""
    offsets = [random.uniform(0, APART_S) for _ in [*one, *other]]
    return at_once(sandbox, [*one, *other], offsets)


def endings(sandbox: Sandbox, raced: Sequence[Json]) -> dict[str, str]:
    """How each ended, by payment, with as many refunds as that means."""
    places = {each["ts"] for each in raced}

    def over() -> list[Json] | None:
        found = [each for each in roots(sandbox) if each["ts"] in places and OVER.search(each["text"])]
        return found if len(found) == len(raced) else None

    ended = {}
    before = {each["ts"]: payment_of(each) for each in raced}
    for root in until(over, "the ends", WITHIN_S):
        found = OVER.search(root["text"])
        assert found is not None
        ended[before[root["ts"]]] = found[1]
    refunds = Counter(
        each["payment_intent"] for each in sandbox.stripe()["refunds"] if "signoff_run" in each["metadata"]
    )
    assert {payment: refunds[payment] for payment in ended} == {
        payment: int(status == "done") for payment, status in ended.items()
    }
    return ended


def test_an_approval_and_a_cancellation(crowd: Sandbox) -> None:
    raced = cards(crowd)
    approving = [click(each, "approve", "sam") for each in raced]
    requesters = [requester_of(crowd, each) for each in raced]
    race(crowd, approving, [click(card, "cancel", by) for card, by in zip(raced, requesters, strict=True)])
    ended = endings(crowd, raced)
    assert set(ended.values()) <= {"done", "cancelled"}
    for card, requester in zip(raced, requesters, strict=True):
        told_them = until(partial(_answer_to_cancelling, crowd, requester), "an answer")
        was_cancelled = "Cancelled. The card will say so" in told_them
        assert was_cancelled == (ended[payment_of(card)] == "cancelled"), told_them


def test_an_approval_and_a_rejection(crowd: Sandbox) -> None:
    raced = cards(crowd)
    approvers = of_role(crowd, "approver")[2 : 2 + TIMES]
    at_once(crowd, [click(card, "reject", by) for card, by in zip(raced, approvers, strict=True)])
    rejecting = []
    for by in approvers:
        [view] = until(partial(crowd.modals, by), f"the modal in front of {by}")
        values = {"reason": {"reason_text": "no"}}
        rejecting.append(("submit", {"user": by, "view_id": view["id"], "values": values}))
    answers = race(crowd, [click(each, "approve", "sam") for each in raced], rejecting)
    ended = endings(crowd, raced)
    assert set(ended.values()) <= {"done", "rejected"}
    for card, answer in zip(raced, answers[TIMES:], strict=True):
        closed = answer["view"] is None
        assert closed == (ended[payment_of(card)] == "rejected"), answer


def test_an_approval_and_its_expiry(crowd: Sandbox) -> None:
    raced = cards(crowd)
    crowd.post("clock", advance_s=EXPIRES_S - 60)
    race(crowd, [click(each, "approve", "sam") for each in raced], [("clock", {"advance_s": 120})])
    assert set(endings(crowd, raced).values()) <= {"done", "expired"}


def test_a_click_and_what_becomes_of_the_requester(crowd: Sandbox) -> None:
    """The patrol takes back what somebody asked who is deactivated at that instant."""
    raced = cards(crowd)
    requesters = [requester_of(crowd, each) for each in raced]
    leaving: list[Deed] = [("person", {"user": each, "deleted": True}) for each in requesters]
    race(crowd, [click(each, "approve", "sam") for each in raced], leaving)
    assert set(endings(crowd, raced).values()) <= {"done", "cancelled"}
    at_once(crowd, [("person", {"user": each, "deleted": False}) for each in requesters])


def test_the_two_votes_that_are_needed(crowd: Sandbox) -> None:
    before = len(_vendor_cards(crowd))
    requesters = of_role(crowd, "requester")[1 : 1 + TIMES]
    at_once(
        crowd, [command(f"Acme{n} invoices audit", by, "/vendor-access") for n, by in enumerate(requesters)]
    )
    raced = until(lambda: _all_asked(_vendor_cards(crowd)[before:]), "the cards", WITHIN_S)
    race(
        crowd,
        [click(each, "approve", "sam") for each in raced],
        [click(each, "approve", "morgan") for each in raced],
    )
    until(lambda: _all_over(_vendor_cards(crowd)[before:]), "the ends", WITHIN_S)
    cast = column(crowd, VOTES)
    assert cast == [2] * TIMES


def test_the_vote_that_is_needed_and_what_becomes_of_the_first_voter(crowd: Sandbox) -> None:
    """Whoever voted first is deactivated as the second vote is cast: it counts for as long as they may."""
    before = len(_vendor_cards(crowd))
    requesters = of_role(crowd, "requester")[1 : 1 + TIMES]
    first = of_role(crowd, "approver")[2 : 2 + TIMES]
    at_once(
        crowd, [command(f"Leaver{n} invoices audit", by, "/vendor-access") for n, by in enumerate(requesters)]
    )
    raced = until(lambda: _all_asked(_vendor_cards(crowd)[before:]), "the cards", WITHIN_S)
    at_once(crowd, [click(card, "approve", by) for card, by in zip(raced, first, strict=True)])
    leaving: list[Deed] = [("person", {"user": each, "deleted": True}) for each in first]
    race(crowd, [click(each, "approve", "morgan") for each in raced], leaving)
    # Where the first vote was void by then, a third one decides; where it counted, it hears who did.
    at_once(crowd, [click(each, "approve", "sam") for each in raced])
    until(lambda: _all_over(_vendor_cards(crowd)[before:]), "the ends", WITHIN_S)
    counted = column(crowd, COUNTED)
    assert counted == [2] * len(counted)
    at_once(crowd, [("person", {"user": each, "deleted": False}) for each in first])


def test_a_delivery_that_comes_twice_at_once(crowd: Sandbox) -> None:
    crowd.fault("delivery", "repeat", method="slash_commands", times=TIMES)
    runs_before = len(column(crowd, "SELECT id FROM runs"))
    raced = cards(crowd)
    crowd.fault("delivery", "repeat", method="block_actions", times=TIMES)
    heard_before = crowd.whispers("U0SAM")
    at_once(crowd, [click(each, "approve", "sam") for each in raced])
    assert set(endings(crowd, raced).values()) == {"done"}
    # The repeat is answered as the click was, and not as another one that comes too late.
    assert crowd.whispers("U0SAM") == heard_before
    assert len(column(crowd, "SELECT id FROM runs")) == runs_before + TIMES


def test_clicks_during_a_backup(crowd: Sandbox, tmp_path: Path) -> None:
    raced = cards(crowd)
    backup = [sys.executable, "-m", "bot", "backup", str(tmp_path / "signoff.db")]
    with subprocess.Popen(backup, cwd=ROOT, env=only(crowd.home)) as copying:
        offsets = [random.uniform(0, 1.0) for _ in raced]  # a process takes a second to start
        at_once(crowd, [click(each, "approve", "sam") for each in raced], offsets)
        assert copying.wait() == 0
    assert set(endings(crowd, raced).values()) == {"done"}
    checked = signoff("verify", home=tmp_path)
    assert [line for line in checked.stdout.splitlines() if ": run run-" in line] == []


VOTES = """SELECT count(*) FROM votes AS v JOIN approvals AS a ON a.id = v.approval
           JOIN runs AS r ON r.id = a.run WHERE r.workflow = 'vendor-access' GROUP BY r.id"""


COUNTED = f"{VOTES.partition('GROUP BY')[0]} AND v.void_since IS NULL GROUP BY r.id"


def _vendor_cards(sandbox: Sandbox) -> list[Json]:
    return [
        each
        for each in sandbox.messages()
        if each["channel"] == "C0GENERAL" and not each.get("thread_ts") and each["user"] == "U0SIGNOFF"
    ]


def _all_asked(found: list[Json]) -> list[Json] | None:
    return found if len([each for each in found if "approve" in buttons(each)]) == TIMES else None


def _all_over(found: list[Json]) -> list[Json] | None:
    return found if len([each for each in found if "— done:" in each["text"]]) == TIMES else None


def _answer_to_cancelling(sandbox: Sandbox, user: str) -> str | None:
    """What they heard alone, once the answer to their click is among it."""
    texts = (str(each["text"]) for each in sandbox.state()["ephemerals"] if each["user"] == user)
    said = "\n".join(texts)
    return said if any(word in said for word in ("Cancelled.", "Too late", "over already")) else None
