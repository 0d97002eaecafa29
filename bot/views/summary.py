"""What a model wrote about a request: set apart, and said to be a model's. Its text is only ever text."""

from typing import Any

from bot.views import mrkdwn, rich
from workflows.gates import Risk, Summary

MODEL_MAX = 150
TEXT_MAX = 400
REASON_MAX = 200


def summary(given: Summary | None, risk: Risk) -> list[dict[str, Any]]:
    """Nothing without one. `risk` is the request's, the higher of the rules' and the model's."""
    if given is None:
        return []
    label = f"Summary by a model, {mrkdwn.fit(mrkdwn.one_line(given.model), MODEL_MAX)}"
    quoted = rich.quote(label, mrkdwn.fit(mrkdwn.one_line(given.text), TEXT_MAX) or "–")
    if given.raised_from is None:
        return [quoted]
    return [quoted, rich.paragraph([_raised(given, given.raised_from, risk)])]


def _raised(given: Summary, before: Risk, risk: Risk) -> rich.Line:
    why = mrkdwn.fit(mrkdwn.one_line(given.reason), REASON_MAX) or "it gave no reason"
    return [
        rich.text(f"The model raised the risk from {before} to {risk}: ", "italic"),
        rich.text(why),
    ]
