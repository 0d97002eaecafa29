"""What a gate asks, as blocks: fields, reasons, a model's summary, findings, risk, and the exact effects.

All of it is shown whole or the card says that it isn't: nothing is approved on text the reader can't see.
"""

from typing import Any

from bot.views import describe, mrkdwn, rich
from bot.views.asked import asked
from bot.views.blocks import Blocks, fields
from bot.views.limits import FIELD_TEXT_MAX
from bot.views.summary import summary
from workflows.gates import Asks, CardField, EffectCall, Finding, GateRequest, Question

LABEL_MAX = 60
VALUE_MAX = 300
REASON_MAX = 1000


def question(request: GateRequest) -> Blocks:
    return [
        *fields([_field(each) for each in request.fields]),
        *reason("Reason given", request.reason),
        *reason("What is known", request.known),
        *summary(request.summary, request.risk),
        *_asked(request),
    ]


def _asked(request: GateRequest) -> Blocks:
    if request.question:
        return _of_a_graph(request, request.question)
    if request.asks == Asks.OUTCOME:
        return [_effects(request, "In question is exactly this"), _what_answers_do(request)]
    return [_findings(request), _effects(request, "If approved, exactly this runs")]


def _what_answers_do(request: GateRequest) -> dict[str, Any]:
    system = mrkdwn.one_line(request.effects[0].system.capitalize())
    lines = (
        ("It happened", f"you have found it in {system}. Give its id, which is looked up before it counts."),
        ("It did not: do it", "it is read once more, and done if it isn't there."),
        ("Leave it", "nothing more is done, and the request ends as not known."),
    )
    return rich.paragraph([[rich.text(f"{word}: ", "bold"), rich.text(what)] for word, what in lines])


def _of_a_graph(request: GateRequest, question: Question) -> Blocks:
    """No rule has looked at it and nothing is listed to run, so nothing of that kind is claimed."""
    return [*asked(question), rich.paragraph([[rich.text(mrkdwn.one_line(request.consequence))]])]


def reason(label: str, words: str) -> Blocks:
    """A person's own words, quoted; nothing when there are none."""
    cleaned = mrkdwn.clean(words).strip()
    if not cleaned:
        return []
    return [rich.quote(label, mrkdwn.fit(cleaned, REASON_MAX))]


def _field(field: CardField) -> str:
    label = f"*{mrkdwn.literal(field.label, LABEL_MAX)}*\n"
    if field.user and mrkdwn.is_user(field.value):
        return label + mrkdwn.user(field.value)
    if field.url:
        linked = label + mrkdwn.link(field.url, mrkdwn.fit(field.value, VALUE_MAX))
        if len(linked) <= FIELD_TEXT_MAX:
            return linked
    return label + (mrkdwn.literal(field.value, VALUE_MAX) or "–")


def _findings(request: GateRequest) -> dict[str, Any]:
    lines = [[rich.text("Checks", "bold")]]
    lines += [_finding(each) for each in request.findings] or [[rich.text("No rule fired.")]]
    overall: rich.Line = [
        rich.emoji(describe.RISK_EMOJI[request.risk]),
        rich.text(f" Overall risk: {request.risk}", "bold"),
    ]
    if request.summary and request.summary.raised_from:
        overall.append(rich.text(f" ({request.summary.raised_from} by the rules)"))
    return rich.paragraph([*lines, overall])


def _finding(finding: Finding) -> rich.Line:
    rule = mrkdwn.one_line(finding.rule.replace("_", " ")) or "rule"
    return [
        rich.emoji(describe.RISK_EMOJI[finding.risk]),
        rich.text(" "),
        rich.text(rule, "bold"),
        rich.text(": "),
        *_with_people(mrkdwn.one_line(finding.text), finding.people),
    ]


def _with_people(text: str, people: tuple[str, ...]) -> rich.Line:
    """The text with `{0}`, `{1}` as mentions. By hand, since the text may hold braces of its own."""
    line: rich.Line = []
    rest = text
    while rest:
        found = [(at, index) for index in range(len(people)) if (at := rest.find(f"{{{index}}}")) >= 0]
        if not found:
            return [*line, rich.text(rest)]
        at, index = min(found)
        if at:
            line.append(rich.text(rest[:at]))
        line.append(rich.user(people[index]))
        rest = rest[at + len(f"{{{index}}}") :]
    return line


def _effects(request: GateRequest, heading: str) -> dict[str, Any]:
    lines = [[rich.text(heading, "bold")]]
    lines += [_effect(each) for each in request.effects]
    consequence = mrkdwn.one_line(request.consequence)
    return rich.paragraph([*lines, [rich.text(consequence)]] if consequence else lines)


def _effect(call: EffectCall) -> rich.Line:
    return [
        rich.text("• "),
        rich.text(describe.effect_name(call.system, call.name, call.discriminator), "code"),
        rich.text(f": {describe.effect_arguments(call)}"),
    ]
