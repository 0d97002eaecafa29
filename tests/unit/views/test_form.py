"""The form of a workflow: its input model's fields, in words, within Slack's limits."""

import json
from typing import Annotated

from pydantic import BaseModel, Field

from bot.views.form import errors, form
from tests.unit.views.slack_rules import accept_view, shown
from workflows.graphs.refund_input import RefundInput
from workflows.inputs import Entry, Problem
from workflows.inputs import form as fields_of

FIELDS = fields_of(RefundInput)


class Access(BaseModel):
    system_name: str = Field(title="Which system?", description="`crm` or another")
    days: int = Field(default=7, description="days")
    why: Annotated[str, Entry(multiline=True, length_max=9000)] = ""


def test_it_asks_for_each_field_in_the_words_of_the_model() -> None:
    view = form("refund", "C0REFUNDS", FIELDS)
    accept_view(view)
    assert [each["block_id"] for each in view["blocks"]] == list(RefundInput.model_fields)
    assert json.loads(view["private_metadata"]) == {"workflow": "refund", "channel": "C0REFUNDS"}
    payment, amount, reason = view["blocks"]
    assert payment["dispatch_action"]
    assert payment["hint"]["text"].endswith("Enter looks it up.")
    assert "dispatch_action" not in amount
    assert "`" not in amount["hint"]["text"]
    assert reason["element"]["max_length"] == 500


def test_any_input_model_gets_a_form() -> None:
    view = form("vendor-access_for_everybody_everywhere", "C0REFUNDS", fields_of(Access))
    accept_view(view)
    system, days, why = view["blocks"]
    assert system["label"]["text"] == "Which system?"
    assert not system["optional"]
    assert days["label"]["text"] == "Days"
    assert days["optional"]
    assert "hint" not in days
    assert why["element"]["max_length"] == 3000


def test_a_preview_stands_below_its_field_and_is_only_text() -> None:
    view = form("refund", "C0REFUNDS", FIELDS, "<!channel> 64.50 USD paid " + "&" * 900)
    accept_view(view)
    assert [each["type"] for each in view["blocks"]] == ["input", "context", "input", "input"]
    assert "<!channel> 64.50 USD paid" in shown(view["blocks"])


def test_what_is_wrong_stands_at_its_field_and_the_rest_at_the_first() -> None:
    found = errors(
        [
            Problem("amount", "the amount is `zero`"),
            Problem("amount", "and negative"),
            Problem("", "too little"),
            Problem("reason.0", "why?"),
        ],
        FIELDS,
    )
    assert found == {
        "amount": "The amount is zero. And negative.",
        "payment": "Too little.",
        "reason": "Why?.",
    }
