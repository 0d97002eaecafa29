"""One of every message, modal and Home that Signoff's views can make, for the page to show."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from bot.views import modals, signoff, thread
from bot.views.blocks import Rendered
from bot.views.card import card
from bot.views.entries import Lines
from bot.views.form import form
from bot.views.home import home
from bot.views.reasoning import reasoning
from bot.views.thread import StepLine
from store.records import ApprovalStatus, EffectState, RunStatus
from tests.unit.views import stories
from tests.unit.views.test_form import Access
from tests.unit.views.test_home import CARD, item, page
from workflows import inputs
from workflows.desk import Desk, Page
from workflows.gates import GateRequest, Question
from workflows.graphs.refund_input import RefundInput
from workflows.reasoning import Reasoning
from workflows.story import Story

Json = dict[str, Any]
LINES = Lines(lambda run: stories.HEADLINE, "https://acme.slack.com/")
MODELS: tuple[type[BaseModel], ...] = (RefundInput, Access)
QUESTION: Json = {"vendor": "Acme", "days": 7, "note": "two\nlines", "more": ["a", {"b": None}]}


def messages() -> Iterator[Rendered]:
    for status in RunStatus:
        yield card(stories.story(stories.run(status)), stories.HEADLINE)
        for approval in ApprovalStatus:
            for asked in (stories.request(), _of_a_graph()):
                told = stories.story(
                    stories.run(status), stories.approval(approval, asked), effects=_effects()
                )
                yield card(told, stories.HEADLINE)
                yield thread.asks(told)
    for asked in (stories.doubt(), stories.another_version()):
        yield card(Story(stories.run(), (stories.approval(asked=asked),), (), CARD), stories.HEADLINE)
    yield thread.steps([StepLine("assess", "No rule fired.")])
    yield thread.reply("25.00 USD went back to the customer.", ("U0RILEY",))
    yield signoff.help([], "what")
    yield signoff.pending(page(item()), page(item()), LINES)
    told = Story(stories.run(), (stories.approval(),), _effects(), CARD)
    yield signoff.story(told, [stories.step()], LINES)


def modal_views() -> Iterator[Json]:
    yield modals.reject("apr-xyz", stories.DIGEST, "Refund 25.00 USD")
    yield modals.happened("apr-xyz", stories.DIGEST, "Did it happen? Refund 25.00 USD", "stripe")
    yield modals.notice("Already decided", "Approved by <@U0MORGAN>.")
    yield reasoning(stories.HEADLINE, Reasoning(stories.run(), (stories.step(),), 61, 3000))
    for model in MODELS:
        yield form("refund", "C0REFUNDS", inputs.form(model), "64.50 USD paid")


def home_views() -> Iterator[Json]:
    full = page(item(), number=1, total=5000)
    yield home(Desk(full, full, full), LINES, ["/refund"])
    nothing = Page((), 0, 0)
    yield home(Desk(nothing, nothing, nothing), LINES, ["/refund"])


def _of_a_graph() -> GateRequest:
    question = Question(interrupt="i", value=QUESTION)
    return stories.request(fields=(), findings=(), effects=(), question=question)


def _effects() -> tuple[Any, ...]:
    return tuple(stories.effect(state) for state in EffectState)
