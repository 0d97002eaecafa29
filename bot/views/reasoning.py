"""The modal View reasoning opens: how a run got where it is, thirty steps at a time. Pure.

It opens at the newest steps, since whoever decides wants to know where the run stands; a page is read
downwards in the order things happened, since each step follows from the one before.
"""

import json
from typing import Any

from bot.ids import Action, Callback
from bot.views import describe, mrkdwn, rich
from bot.views.blocks import Blocks, actions, button, context, sections
from bot.views.modals import modal
from store.records import Run, Step
from workflows.reasoning import PAGE_STEPS, Reasoning

HEADLINE_MAX = 300
NODE_MAX = 60
STEP_TEXT_MAX = 3000
# Slack refuses views past 250 KB of JSON, in which one emoji may be twelve bytes: room for the rest is left.
STEPS_JSON_MAX = 150_000


def reasoning(headline: str, shown: Reasoning) -> dict[str, Any]:
    """`headline` says what the run asks for; it is not escaped yet."""
    run = shown.run
    texts = [mrkdwn.clean(each.text).strip() for each in shown.steps]
    share = _share([_weight(text) for text in texts])
    return modal(
        Callback.REASONING,
        "Reasoning",
        [
            *sections([f"*{mrkdwn.literal(headline, HEADLINE_MAX)}*", f"{run.status.value} · `{run.id}`"]),
            *sections([_totals(shown)]),
            *_turning(shown, "above"),
            *(
                _step(shown.first + at, step, _fitting(text, share))
                for at, (step, text) in enumerate(zip(shown.steps, texts, strict=True))
            ),
            *(_turning(shown, "below") if shown.total > PAGE_STEPS else []),
        ],
    )


def _step(number: int, step: Step, text: str) -> dict[str, Any]:
    took = describe.duration(step.ended_at - step.started_at)
    spent = f"{describe.count(step.tokens, 'token')} · {describe.usd(step.cost_micro_usd)} · "
    return rich.paragraph(
        [
            [rich.text(f"{number:,}. {describe.node_name(step.node)[:NODE_MAX]}", "bold")],
            [rich.text(text or "–")],
            [
                rich.text(spent if step.tokens or step.cost_micro_usd else "", "italic"),
                rich.date(step.started_at, "{date_short_pretty} at {time_secs}"),
                rich.text(f" · took {took}", "italic"),
            ],
        ]
    )


def _totals(shown: Reasoning) -> str:
    # A call that ended in no step is in the run's own count only, a step of this moment only in its line.
    tokens = max(shown.run.tokens_used, sum(each.tokens for each in shown.steps))
    cost = max(shown.run.cost_micro_usd, sum(each.cost_micro_usd for each in shown.steps))
    spent = "No model was used: rules alone"
    if tokens or cost:
        spent = f"{describe.count(tokens, 'token')} · {describe.usd(cost)}"
    so_far = " so far" if shown.run.status.is_open else ""
    steps = "1 step" if shown.total == 1 else f"{shown.total:,} steps"
    return f"*Total{so_far}:* {steps} · {spent}"


def _turning(shown: Reasoning, place: str) -> Blocks:
    """Which steps these are, and the buttons that lead to others."""
    if not shown.steps:
        where = "No steps yet."
    elif shown.total <= PAGE_STEPS:
        where = ""
    else:
        where = f"Steps {shown.first:,} to {shown.last:,} of {shown.total:,}"
    buttons = _buttons(shown)
    return [
        *([context(where)] if where else []),
        *([actions(f"steps:{place}", buttons)] if buttons else []),
    ]


def _buttons(shown: Reasoning) -> list[dict[str, Any]]:
    run, far = shown.run, shown.total > 2 * PAGE_STEPS
    buttons = []
    if not shown.is_oldest:
        if far:
            buttons.append(_turn(Action.OLDEST, "Oldest", run, 1))
        buttons.append(_turn(Action.OLDER, "Older", run, max(1, shown.first - PAGE_STEPS)))
    if not shown.is_newest:
        buttons.append(_turn(Action.NEWER, "Newer", run, shown.last + 1))
        if far:
            buttons.append(_turn(Action.NEWEST, "Newest", run, None))
    elif run.status.is_open:
        buttons.append(_turn(Action.NEWEST, "Look for newer", run, None))
    return buttons


def _turn(action: Action, text: str, run: Run, first: int | None) -> dict[str, Any]:
    return button(action, text, json.dumps({"run": run.id, "first": first}))


def _weight(text: str) -> int:
    return len(json.dumps(text))


def _share(weights: list[int]) -> int:
    """What each text may weigh so that all fit: short ones stay whole, only the long ones are cut."""
    left = STEPS_JSON_MAX
    for at, weight in enumerate(sorted(weights)):
        fair = left // (len(weights) - at)
        if weight > fair:
            return fair
        left -= weight
    return STEPS_JSON_MAX


def _fitting(text: str, weight_max: int) -> str:
    cut = mrkdwn.fit(text, STEP_TEXT_MAX)
    while _weight(cut) > weight_max:
        cut = mrkdwn.fit(text, max(1, len(cut) * 9 // 10))
    return cut
