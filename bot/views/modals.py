"""Modals: the reason for a rejection, the reasoning behind a run, and a plain notice."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.ids import Block, Callback, Input
from bot.views import describe, mrkdwn, rich
from bot.views.blocks import Blocks, plain, sections
from bot.views.limits import VIEW_TITLE_MAX
from store.records import Run, Step

REASON_MAX = 500
HEADLINE_MAX = 300
NOTICE_TEXT_MAX = 9000
NODE_MAX = 60
PAGE_STEPS = 30
EDGE_STEPS = 40
# Slack refuses views past 250 KB; this many characters stay below it whatever they are made of.
STEPS_TEXT_MAX = 40_000
STEP_TEXT_MAX = 3000


def reject(approval_id: str, digest: str, title: str) -> dict[str, Any]:
    """Asks why; `private_metadata` is `{"approval": id, "digest": digest}`."""
    reason = {
        "type": "input",
        "block_id": Block.REASON.value,
        "label": plain("Why is it rejected?"),
        "hint": plain("The requester reads this."),
        "element": {
            "type": "plain_text_input",
            "action_id": Input.REASON.value,
            "multiline": True,
            "min_length": 1,
            "max_length": REASON_MAX,
        },
    }
    return {
        **_modal(Callback.REJECT, "Reject", [*sections([f"*{mrkdwn.literal(title, 150)}*"]), reason]),
        "submit": plain("Reject"),
        "close": plain("Back"),
        "private_metadata": json.dumps({"approval": approval_id, "digest": digest}),
    }


def reasoning(headline: str, run: Run, steps: Sequence[Step], page: int = 0) -> dict[str, Any]:
    """How the run got where it is. Page 0 shows the first and the last steps, page n its n-th thirty."""
    shown, between = _shown(len(steps), page)
    limit = min(STEP_TEXT_MAX, STEPS_TEXT_MAX // max(1, len(shown)))
    blocks = sections([f"*{mrkdwn.literal(headline, HEADLINE_MAX)}*", f"{run.status.value} · `{run.id}`"])
    for at in shown:
        if between and at == between.stop:
            blocks += sections([f"_{describe.count(len(between), 'step')} between_"])
        blocks.append(_step(at + 1, steps[at], limit))
    if not steps:
        blocks += sections(["No steps yet."])
    return _modal(Callback.REASONING, "Reasoning", [*blocks, *_totals(run, steps)])


def notice(title: str, text: str) -> dict[str, Any]:
    """`text` is finished mrkdwn, so that it can mention people; escape what others wrote before."""
    return _modal(Callback.NOTICE, title, sections([mrkdwn.cut(text, NOTICE_TEXT_MAX)]) or sections(["…"]))


def _shown(count: int, page: int) -> tuple[list[int], range | None]:
    """Indexes of the steps on a page, and those left out in their middle."""
    if page > 0:
        return list(range((page - 1) * PAGE_STEPS, min(page * PAGE_STEPS, count))), None
    if count <= 2 * EDGE_STEPS:
        return list(range(count)), None
    between = range(EDGE_STEPS, count - EDGE_STEPS)
    return [*range(between.start), *range(between.stop, count)], between


def _step(number: int, step: Step, limit: int) -> dict[str, Any]:
    took = describe.duration(step.ended_at - step.started_at)
    spent = f"{describe.count(step.tokens, 'token')} · {describe.usd(step.cost_micro_usd)} · "
    return rich.paragraph(
        [
            [rich.text(f"{number}. {describe.node_name(step.node)[:NODE_MAX]}", "bold")],
            [rich.text(mrkdwn.fit(mrkdwn.clean(step.text).strip(), limit) or "–")],
            [
                rich.text(spent, "italic"),
                rich.date(step.started_at, "{date_short_pretty} at {time_secs}"),
                rich.text(f" · took {took}", "italic"),
            ],
        ]
    )


def _totals(run: Run, steps: Sequence[Step]) -> Blocks:
    # A call that ended in no step is in the run's own count only, a step of this moment only in its line.
    tokens = max(run.tokens_used, sum(each.tokens for each in steps))
    cost = max(run.cost_micro_usd, sum(each.cost_micro_usd for each in steps))
    took = describe.duration(sum((each.ended_at - each.started_at for each in steps), timedelta()))
    spent = "No model was used: rules alone"
    if tokens:
        spent = f"{describe.count(tokens, 'token')} · {describe.usd(cost)}"
    return sections([f"*Total:* {describe.count(len(steps), 'step')} · {spent} · took {took}"])


def _modal(callback: Callback, title: str, blocks: Blocks) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback.value,
        "title": plain(mrkdwn.fit(mrkdwn.one_line(title), VIEW_TITLE_MAX) or "Signoff"),
        "close": plain("Close"),
        "blocks": blocks,
    }
