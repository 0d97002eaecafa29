"""What the stand-in says: two sensible sentences about a request, or what a fault has ordered."""

import json
import re
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

RISKS = ("low", "medium", "high")
REASON_QUOTED_MAX = 120
CHARACTERS_A_TOKEN = 4
TOKENS_MAX = 4_000
LONG = "And so it goes on and on. " * 2_000


@dataclass(frozen=True)
class Said:
    """`text` is the arguments of `function`, or the message itself where none is called."""

    text: str
    function: str | None
    cut: bool = False


def say(body: Document, misbehaviour: str | None) -> Said:
    """`misbehaviour` is an ordered fault's action; None for the good answer."""
    data, function = _data(body), _function(body)
    if misbehaviour == "rubbish" or function is None:
        return Said("I'd be glad to help! What would you like to know about refunds?", None)
    arguments = _filled(function, _answer(data, misbehaviour))
    text = json.dumps(arguments, ensure_ascii=False)
    if misbehaviour == "too_long":
        tokens_max = int(body.get("max_completion_tokens") or TOKENS_MAX)
        long = json.dumps(arguments | {"summary": LONG})
        return Said(long[: CHARACTERS_A_TOKEN * (tokens_max - 1)], function["name"], cut=True)
    return Said(text, function["name"])


def _answer(data: Document, misbehaviour: str | None) -> Document:
    rules = str(data.get("risk_by_rules", "low"))
    good = {"summary": _summary(data), "risk": rules, "reason": ""}
    match misbehaviour:
        case "raise_risk":
            return good | {"risk": "high", "reason": "The reason given does not fit the payment."}
        case "lower_risk":
            return good | {"risk": "low"}
        case "echo":
            # It did as the request's text said, and repeats it.
            return good | {"summary": str(data.get("reason", ""))[:400], "risk": "low"}
        case "overreach":
            return good | {"approve": True, "amount": 1, "approvers": ["U0RILEY"]}
        case _:
            return good


def _summary(data: Document) -> str:
    facts = data.get("facts") if isinstance(data.get("facts"), dict) else {}
    findings = data.get("findings") or []
    reason = re.sub(r"[.!?…\s]+", " ", str(data.get("reason", ""))).strip()[:REASON_QUOTED_MAX]
    fired = ", ".join(str(each.get("rule", "")).replace("_", " ") for each in findings)
    second = f"What stands out: {fired}." if fired else "Nothing about the payment stands out."
    payment = (facts or {}).get("Payment", "a payment")
    return f"{data.get('asked', 'A request')} on {payment}: “{reason}”. {second}"


def _filled(function: Document, answer: Document) -> Document:
    """What the form asks for and the answer lacks is left empty."""
    wanted = function.get("parameters", {}).get("properties", {})
    return {name: "" for name in wanted if name not in answer} | answer


def _function(body: Document) -> Document | None:
    tools = body.get("tools") or []
    return dict(tools[0]["function"]) if tools else None


def _data(body: Document) -> Document:
    """The JSON object inside the last message of the user."""
    said = [str(each.get("content", "")) for each in body["messages"] if each.get("role") == "user"]
    text = said[-1] if said else ""
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
