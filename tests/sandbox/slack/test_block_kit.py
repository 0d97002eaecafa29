"""Block Kit's rules against outside sources: slackblocks' limits and fixtures, and slack_sdk's models."""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models import blocks as sdk
from slackblocks import _limits as slackblocks_limits

from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.blocks import IN_MESSAGE
from sandbox.slack.block_kit.surfaces import complaints_about_message, complaints_about_view

REFERENCE = Path(__file__).parents[4] / "shared" / "slack"

# Our constant → where the outside table has it.
SOURCES = {
    "TEXT_MAX": "text.max_length",
    "ACTION_ID_MAX": "action_id.max_length",
    "BLOCK_ID_MAX": "block_id.max_length",
    "BUTTON_TEXT_MAX": "button.text.max_length",
    "BUTTON_URL_MAX": "button.url.max_length",
    "BUTTON_VALUE_MAX": "button.value.max_length",
    "BUTTON_ACCESSIBILITY_LABEL_MAX": "button.accessibility_label.max_length",
    "CONFIRM_TITLE_MAX": "confirmation.title.max_length",
    "CONFIRM_TEXT_MAX": "confirmation.text.max_length",
    "CONFIRM_CONFIRM_MAX": "confirmation.confirm.max_length",
    "CONFIRM_DENY_MAX": "confirmation.deny.max_length",
    "OPTION_TEXT_MAX": "option.text.max_length",
    "OPTION_VALUE_MAX": "option.value.max_length",
    "OPTION_DESCRIPTION_MAX": "option.description.max_length",
    "OPTION_URL_MAX": "option.url.max_length",
    "OPTION_GROUP_LABEL_MAX": "option_group.label.max_length",
    "OPTION_GROUP_OPTIONS_MAX": "option_group.options.max_items",
    "SELECT_PLACEHOLDER_MAX": "select.placeholder.max_length",
    "SELECT_OPTIONS_MAX": "select.options.max_items",
    "SELECT_OPTION_GROUPS_MAX": "select.option_groups.max_items",
    "OVERFLOW_OPTIONS_MAX": "overflow.options.max_items",
    "CHECKBOXES_OPTIONS_MAX": "checkboxes.options.max_items",
    "RADIO_BUTTONS_OPTIONS_MAX": "radio_buttons.options.max_items",
    "PLAIN_TEXT_INPUT_LENGTH_MAX": "plain_text_input.max_length.max",
    "ACTIONS_ELEMENTS_MAX": "actions.elements.max_items",
    "CONTEXT_ELEMENTS_MAX": "context.elements.max_items",
    "HEADER_TEXT_MAX": "header.text.max_length",
    "IMAGE_URL_MAX": "image.image_url.max_length",
    "IMAGE_ALT_TEXT_MAX": "image.alt_text.max_length",
    "INPUT_LABEL_MAX": "input.label.max_length",
    "INPUT_HINT_MAX": "input.hint.max_length",
    "MARKDOWN_TEXT_MAX": "markdown.text.max_length",
    "SECTION_TEXT_MAX": "section.text.max_length",
    "SECTION_FIELDS_MAX": "section.fields.max_items",
    "SECTION_FIELD_TEXT_MAX": "section.fields.item_max_length",
    "VIEW_BLOCKS_MAX": "view.blocks.max_items",
    "VIEW_PRIVATE_METADATA_MAX": "view.private_metadata.max_length",
    "VIEW_CALLBACK_ID_MAX": "view.callback_id.max_length",
    "VIEW_TITLE_MAX": "view.title.max_length",
    "VIEW_CLOSE_MAX": "view.close.max_length",
    "VIEW_SUBMIT_MAX": "view.submit.max_length",
}
# Slack's own documentation states these; the table has no entry for them.
NOT_IN_THE_TABLE = {"MESSAGE_BLOCKS_MAX": 50, "MESSAGE_TEXT_MAX": 40_000, "VIEW_EXTERNAL_ID_MAX": 255}


def text(content: str = "x", kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": content}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": text(kind="plain_text"), **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": [*elements]}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    title = text("T", "plain_text")
    return {"type": "modal", "title": title, "blocks": [*blocks], **more}


def test_every_limit_is_the_one_in_slackblocks_table() -> None:
    for name, path in SOURCES.items():
        assert getattr(limits, name) == getattr(slackblocks_limits, path.upper().replace(".", "_")), name


def test_every_limit_has_a_source() -> None:
    ours = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert ours.keys() == SOURCES.keys() | NOT_IN_THE_TABLE.keys()
    assert {name: ours[name] for name in NOT_IN_THE_TABLE} == NOT_IN_THE_TABLE


# Sample payloads lie beside some checkouts; what slack_sdk builds is checked everywhere.
if REFERENCE.exists():

    def test_valid_payloads_of_the_reference_data_are_taken() -> None:
        taken = []
        for file in sorted((REFERENCE / "blocks" / "blocks").glob("*.json")):
            block = json.loads(file.read_text())
            if block.get("type") in IN_MESSAGE:
                assert complaints_about_message([block]) == [], file.name
                taken.append(file.name)
        assert len(taken) > 8


def test_what_slack_sdk_builds_is_taken() -> None:
    built: list[sdk.Block] = [
        sdk.HeaderBlock(text="Refund"),
        sdk.SectionBlock(text="*hello*", fields=["a", "b"]),
        sdk.DividerBlock(),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="ctx")]),
        sdk.ActionsBlock(
            elements=[
                sdk.ButtonElement(
                    text="Approve",
                    action_id="approve",
                    value="v",
                    style="primary",
                    confirm=sdk.ConfirmObject(title="Sure?", text="Really", confirm="Yes", deny="No"),
                ),
                sdk.StaticSelectElement(
                    placeholder="Pick", action_id="pick", options=[sdk.Option(value="1", text="One")]
                ),
                sdk.OverflowMenuElement(
                    action_id="more",
                    options=[sdk.Option(value="1", label="One"), sdk.Option(value="2", label="Two")],
                ),
            ]
        ),
        sdk.RichTextBlock(
            elements=[
                sdk.RichTextSectionElement(
                    elements=[
                        sdk.RichTextElementParts.Text(text="hi "),
                        sdk.RichTextElementParts.User(user_id="U0SAM"),
                    ]
                ),
                sdk.RichTextPreformattedElement(elements=[sdk.RichTextElementParts.Text(text="{}")]),
            ]
        ),
        sdk.ImageBlock(image_url="https://example.com/a.png", alt_text="a"),
    ]
    assert complaints_about_message([block.to_dict() for block in built]) == []
    field = sdk.InputBlock(
        label="Why", element=sdk.PlainTextInputElement(action_id="t", multiline=True, max_length=500)
    )
    amount = sdk.InputBlock(
        label="How much", element=sdk.NumberInputElement(action_id="n", is_decimal_allowed=True)
    )
    submit = text("Go", "plain_text")
    assert complaints_about_view(modal(field.to_dict(), amount.to_dict(), submit=submit), "modal") == []


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([{"text": text()}], "missing required field: type"),
        ([{"type": "section"}], "must provide text or fields"),
        ([section(text=text("x" * 3001))], "must be less than 3001 characters"),
        ([section(fields=[text()] * 11)], "no more than 10 items allowed"),
        ([section(colour="red")], "invalid additional property: colour"),
        ([section(accessory={"type": "plain_text_input"})], "unsupported type: plain_text_input"),
        ([{"type": "header", "text": text("x" * 151, "plain_text")}], "must be less than 151 characters"),
        ([{"type": "header", "text": text()}], "unsupported type: mrkdwn"),
        ([actions(button(), button())], "`action_id` a already exists"),
        ([actions(*[button(action_id=str(n)) for n in range(26)])], "no more than 25 items allowed"),
        ([actions(button(style="green"))], "must be a valid enum value: primary, danger"),
        ([actions(button(value="x" * 2001))], "must be less than 2001 characters"),
        ([actions(button(url="javascript:alert(1)"))], "must be a valid url"),
        ([actions(button(confirm={"title": text(kind="plain_text")}))], "missing required field: text"),
        ([section(block_id="b"), section(block_id="b")], "`block_id` b already exists"),
        ([section()] * 51, "no more than 50 items allowed"),
        ([{"type": "context", "elements": []}], "must have at least 1 item"),
        ([section(text=text(""))], "must be more than 0 characters"),
        ("blocks", "must provide an array"),
        ([{"type": "rich_text", "elements": [{"type": "text"}]}], "unsupported type: text"),
    ],
)
def test_what_slack_refuses_in_a_message_is_refused(blocks: Any, complaint: str) -> None:
    assert any(complaint in one for one in complaints_about_message(blocks)), complaints_about_message(blocks)


@pytest.mark.parametrize(
    ("view", "complaint"),
    [
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal(section(), title=text("x" * 25, "plain_text")), "must be less than 25 characters"),
        (modal(section(), private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(), "must have at least 1 item"),
        (modal(*[section()] * 101), "no more than 100 items allowed"),
        ({"type": "modal", "blocks": [section()]}, "missing required field: title"),
        ({"type": "home", "blocks": [section()]}, "unsupported type: home"),
        (
            modal(
                {"type": "input", "label": text(kind="plain_text"), "element": {"type": "plain_text_input"}}
            ),
            "missing required field: submit",
        ),
    ],
)
def test_what_slack_refuses_in_a_modal_is_refused(view: dict[str, Any], complaint: str) -> None:
    assert any(complaint in one for one in complaints_about_view(view, "modal"))
