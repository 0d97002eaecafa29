"""The form a workflow's command opens when nothing is typed after it: its input model's fields. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.ids import Action, Callback, Input
from bot.views import mrkdwn
from bot.views.blocks import context, plain
from bot.views.limits import VIEW_TITLE_MAX
from workflows.inputs import FormField, Problem

# https://docs.slack.dev/reference/block-kit/blocks/input-block, and .../plain-text-input-element
LABEL_MAX = 2000
HINT_MAX = 2000
LENGTH_MAX = 3000
PREVIEW_MAX = 300


def form(
    workflow: str, channel: str, fields: Sequence[FormField], preview: str | None = None
) -> dict[str, Any]:
    """`channel` is where it was opened. `preview` is shown below the field that it is about."""
    return {
        "type": "modal",
        "callback_id": Callback.ASK.value,
        "private_metadata": json.dumps({"workflow": workflow, "channel": channel}),
        "title": plain(mrkdwn.fit(workflow.replace("_", " ").replace("-", " ").capitalize(), VIEW_TITLE_MAX)),
        "submit": plain("Ask"),
        "close": plain("Back"),
        "blocks": [*_blocks(fields, preview)],
    }


def errors(problems: Sequence[Problem], fields: Sequence[FormField]) -> dict[str, str]:
    """By field, as Slack shows them; what is wrong with the whole stands at the first."""
    names = [each.name for each in fields]
    found: dict[str, str] = {}
    for problem in problems:
        name = problem.field.partition(".")[0]
        name = name if name in names else names[0]
        said = _unmarked(f"{problem.text[:1].upper()}{problem.text[1:]}.")
        found[name] = f"{found[name]} {said}" if name in found else said
    return found


def _blocks(fields: Sequence[FormField], preview: str | None) -> Iterator[dict[str, Any]]:
    for field in fields:
        yield _input(field)
        if field.entry.previewed and preview:
            yield context(mrkdwn.literal(preview, PREVIEW_MAX))


def _input(field: FormField) -> dict[str, Any]:
    block: dict[str, Any] = {
        "type": "input",
        "block_id": field.name,
        "label": plain(_unmarked(mrkdwn.fit(field.label, LABEL_MAX))),
        "element": _element(field),
        "optional": not field.required,
    }
    if field.entry.previewed:
        block["dispatch_action"] = True
    if field.hint == field.label:
        return block
    hint = f"{field.hint}. Enter looks it up." if field.entry.previewed and field.hint else field.hint
    return {**block, "hint": plain(_unmarked(mrkdwn.fit(hint, HINT_MAX)))} if hint else block


def _unmarked(text: str) -> str:
    """Plain text shows the backticks that mrkdwn would read."""
    return text.replace("`", "")


def _element(field: FormField) -> dict[str, Any]:
    entry = field.entry
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": Action.PREVIEW.value if entry.previewed else Input.FIELD.value,
        "multiline": entry.multiline,
    }
    if entry.length_max:
        element["max_length"] = min(entry.length_max, LENGTH_MAX)
    if entry.previewed:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return element
