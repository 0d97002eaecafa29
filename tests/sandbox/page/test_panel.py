"""The control panel: trouble shows what is still to come and is called off; payloads are looked through."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.sandbox.page.canned import CannedWorkspace
from tests.sandbox.page.conftest import OpenPage


@pytest.mark.parametrize(
    ("label", "ordered"),
    [
        (
            "Lose the answer to the refund",
            {"target": "stripe", "action": "lose_answer", "method": "refunds.create"},
        ),
        ("Drop the next delivery", {"target": "delivery", "action": "drop"}),
        ("Delay the next delivery", {"target": "delivery", "action": "delay", "delay_ms": 5000}),
        ("Silence the socket", {"target": "delivery", "action": "silence"}),
        ("Answer with rubbish", {"target": "model", "action": "rubbish"}),
        ("Answer too late", {"target": "model", "action": "delay", "delay_ms": 25000}),
    ],
)
def test_trouble_is_ordered_shown_and_called_off_by_one_button(
    workspace: CannedWorkspace, open_page: OpenPage, label: str, ordered: dict[str, Any]
) -> None:
    faults = workspace.state["faults"]
    fault = {"method": "*", "times": 1, **ordered}

    def obey(body: dict[str, Any]) -> None:
        faults.clear() if body.get("clear") else faults.append(fault)

    workspace.reactions["/drive/fault"] = obey
    page = open_page()
    page.get_by_role("tab", name="Trouble").click()
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(page.get_by_test_id("faults").locator("li")).to_have_count(1)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    called_off = {"clear": True, "method": "*", **ordered}
    called_off.pop("delay_ms", None)
    assert workspace.sent("/drive/fault", 2) == [ordered, called_off]


def test_a_fault_ordered_elsewhere_is_listed_with_how_much_of_it_is_left(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["faults"] = [{"target": "stripe", "action": "down", "method": "*", "times": 3}]
    page = open_page()
    page.get_by_role("tab", name="Trouble").click()
    expect(page.get_by_role("button", name="Be down for 3 calls")).to_contain_text("3 left")
    with page.expect_response("**/drive/fault"):
        page.get_by_role("button", name="Call off: stripe: down, 3 times").click()
    [sent] = workspace.sent("/drive/fault", 1)
    assert sent == {"clear": True, "target": "stripe", "action": "down", "method": "*"}


def exchange(n: int, **more: Any) -> dict[str, Any]:
    body = {"direction": "from_bot", "kind": "chat.update", "summary": "", "body": {"number": n}}
    return {"n": n, "at": 1.0, "took_ms": 2.0, "outcome": "ok", **body, **more}


def test_thousands_of_payloads_are_looked_through_by_side_and_by_word(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.payloads += [exchange(n) for n in range(1, 1500)]
    click = {"direction": "to_bot", "kind": "block_actions", "summary": "morgan clicks approve"}
    workspace.payloads += [
        exchange(1500, **click, took_ms=12.34, outcome="acked"),
        exchange(1501, kind="stripe", summary="POST /v1/refunds", body={"payment": "pi_9"}, outcome="500"),
    ]
    page = open_page()
    page.get_by_role("tab", name="Payloads").click()
    rows = page.get_by_test_id("payloads").locator("details")
    expect(rows).to_have_count(100)
    expect(page.get_by_test_id("payloads-count")).to_have_text(
        "The newest 100 of 500. The sandbox keeps the last 500."
    )
    page.get_by_role("button", name="To the bot").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("ack 12 ms")
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_label("Filter payloads").fill("pi_9")
    expect(rows).to_have_count(1)
    expect(rows.first).to_have_class("payload trouble")
    rows.first.click()
    expect(rows.first.locator("pre")).to_contain_text('"payment": "pi_9"')
