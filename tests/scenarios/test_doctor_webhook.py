"""The doctor's line about Stripe's webhook: set up or not, both are in order, and it says which."""

from pathlib import Path

import pytest

from tests.harness import Deliver, Sandbox
from tests.scenarios.asking import signoff
from tests.scenarios.test_doctor import environment, findings

SECRET = "whsec_sandbox_0000000000000000"


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """The doctor calls Stripe itself."""
    return "socket"


def lines(place: Sandbox, folder: Path, **changed: str) -> list[str]:
    return [each.line for each in findings(environment(place, folder, **changed)) if "webhook" in each.line]


def test_without_one_it_says_that_refunds_are_read_again_and_how_to_set_one_up(
    stage: Sandbox, tmp_path: Path
) -> None:
    [line] = lines(stage, tmp_path)
    assert line.startswith("✓ Stripe webhook: none set up, so a refund that was made is read again")
    assert "docs/stripe.md" in line


def test_with_one_it_says_where_events_are_taken_and_where_stripe_sends_them(
    stage: Sandbox, tmp_path: Path
) -> None:
    changed = {"STRIPE_WEBHOOK_SECRET": SECRET, "SIGNOFF_HTTP_PORT": "3456"}
    taken, sent = lines(stage, tmp_path, **changed)
    assert taken == "✓ Stripe webhook: events are taken at http://127.0.0.1:3456/stripe/webhooks."
    assert sent == f"✓ Stripe webhook: Stripe sends refund events to {stage.bot_url}/stripe/webhooks."


def test_a_key_that_may_not_list_endpoints_is_no_fault_and_the_permission_is_named(
    stage: Sandbox, tmp_path: Path
) -> None:
    key = {"STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_KEY": "rk_test_sandbox"}
    _, unread = lines(stage, tmp_path, **key)
    assert unread.startswith("✓ Stripe webhook: whether Stripe sends any could not be read")
    assert "Webhook Endpoints: Read (rak_webhook_read)" in unread


def test_a_secret_that_is_none_is_refused_by_doctor_and_start_in_one_sentence(
    stage: Sandbox, tmp_path: Path
) -> None:
    wrong = environment(stage, tmp_path, STRIPE_WEBHOOK_SECRET="sk_test_1")
    [line] = [each.line for each in findings(wrong) if not each.is_right]
    assert line.startswith("✗ STRIPE_WEBHOOK_SECRET: a signing secret begins with whsec_")
    assert "sk_test_1" not in line
    ended = signoff("serve", home=None, **wrong)
    assert ended.returncode == 1
    assert line.removeprefix("✗ ") in ended.stderr
