"""The road a refund takes, end to end, with nothing replaced."""

from tests.harness import Sandbox, buttons, told, until


def test_a_refund_is_asked_for_approved_by_someone_else_and_made_once(sandbox: Sandbox) -> None:
    answer = sandbox.command("pi_plain01 25.00 charged twice")
    assert answer["ok"]
    assert "On it" in answer["response"]["text"]

    card = sandbox.card("pi_plain01")
    assert "Refund 25.00 USD" in told(card)
    assert "charged twice" in told(card)
    assert set(buttons(card)) == {"approve", "reject", "view_reasoning", "cancel"}
    assert "Refund 25.00 USD" in str(buttons(card)["approve"]["confirm"])

    assert sandbox.click(card, "approve")["ok"]
    root = sandbox.ended("pi_plain01")
    [refund] = sandbox.refunds("pi_plain01")
    assert refund["amount"] == 2500
    assert refund["id"] in told(root)
    assert "<@U0MORGAN>" in told(root)
    assert "approve" not in buttons(root)
    until(lambda: "went back to the customer" in sandbox.thread(root), "the end in the thread")
