"""What `/signoff` answers: how to use it, what waits, and a run's story in short. Pure."""

from collections.abc import Callable, Sequence

from bot.ids import Action
from bot.views import describe, mrkdwn, status
from bot.views.blocks import Blocks, Rendered, actions, button, context, sections
from bot.views.entries import Lines
from bot.views.limits import FALLBACK_TEXT_MAX, MESSAGE_BLOCKS_MAX, MESSAGE_WEIGHT_MAX, weight
from bot.views.people import may_approve
from store.records import ApprovalStatus, Step
from workflows.desk import PAGE_ROWS, Item, Page
from workflows.story import Story
from workflows.workflow import Installed

COMMAND = "/signoff"
USAGE = "help | pending | show RUN"
WORD_MAX = 40
STEPS_SHOWN_MAX = 8
STEP_TEXT_MAX = 200
NODE_MAX = 60
HEADLINE_MAX = 300


def help(installed: Sequence[Installed], unknown: str = "") -> Rendered:
    """`unknown` is what was asked for instead of a word we know."""
    asks = [
        f"• `/{each.workflow.name} {mrkdwn.escape(each.workflow.usage)}` asks for it in a line; "
        f"`/{each.workflow.name}` alone opens a form"
        for each in installed
    ]
    lines = [
        *([f"Signoff knows no “{mrkdwn.literal(unknown, WORD_MAX)}”. What there is:"] if unknown else []),
        *asks,
        f"• `{COMMAND} pending` lists what waits for you, and what you asked for",
        f"• `{COMMAND} show RUN` tells the story of a request in short; RUN begins with `run-`",
        f"• `{COMMAND} help` shows this",
        "The card in the channel asks those who may decide. Signoff's Home lists it all.",
    ]
    return _rendered("How to use Signoff", sections(lines))


def pending(waiting: Page, asked: Page, lines: Lines) -> Rendered:
    """What waits for the person, then what they asked for that is still open."""
    said = f"{waiting.total:,} waiting for you, {asked.total:,} of yours open"

    def listing(most: int) -> Blocks:
        return [
            *_listed("Waiting for you", waiting, most, lines.waiting, "Nothing waits for you."),
            *_listed("You asked for", asked, most, lines.asked, "Nothing you asked for is open."),
        ]

    return _rendered(said, _fitting(listing, PAGE_ROWS))


def story(told: Story, steps: Sequence[Step], lines: Lines) -> Rendered:
    """`steps` are the newest ones, oldest first."""
    run = told.run
    headline = mrkdwn.literal(lines.headline(run), HEADLINE_MAX)
    card = lines.link(Item(run, told.approval, told.root), "Its card")
    asked = f"`{run.id}` · asked by {mrkdwn.user(run.requester)} {mrkdwn.date(run.created_at)}"

    def telling(most: int) -> Blocks:
        reached = [_step(each) for each in steps[len(steps) - min(most, len(steps)) :]]
        return [
            *sections([f"*{headline}*", asked, *([card] if told.root else [])]),
            *(sections(["*How it got here*", *reached]) if reached else []),
            *_stands(told),
            actions(f"run:{run.id}", [button(Action.REASONING, "View reasoning", run.id)]),
        ]

    return _rendered(f"{headline}: {run.status.value}", _fitting(telling, STEPS_SHOWN_MAX))


def _stands(told: Story) -> Blocks:
    run, approval = told.run, told.approval
    if not run.status.is_open:
        return status.ending(run, approval, told.effects)
    if approval is None:
        return sections(["Looking into it."])
    if approval.status == ApprovalStatus.PENDING:
        return sections(
            [f"Waiting for {may_approve(approval.policy)}. Expires {mrkdwn.date(approval.expires_at)}."]
        )
    return [*status.decision(approval), *sections([status.going_on(run, approval)])]


def _step(step: Step) -> str:
    node = mrkdwn.literal(describe.node_name(step.node), NODE_MAX)
    return f"• {node}: {mrkdwn.literal(step.text, STEP_TEXT_MAX)}"


def _listed(title: str, page: Page, most: int, line: Callable[[Item], str], none: str) -> Blocks:
    if not page.items:
        return sections([f"*{title}*", none])
    items = page.items[:most]
    rest = page.total - len(items)
    entries = [f"{line(item)} · `{item.run.id}`" for item in items]
    more = [context(f"… and {rest:,} more: Signoff's Home lists all of it.")] if rest else []
    return [*sections([f"*{title}*", *entries]), *more]


def _fitting(blocks_of: Callable[[int], Blocks], most: int) -> Blocks:
    """As many entries as one message holds, down to none."""
    while True:
        blocks = blocks_of(most)
        if most == 0 or (len(blocks) <= MESSAGE_BLOCKS_MAX and weight(blocks) <= MESSAGE_WEIGHT_MAX):
            return blocks
        most -= 1


def _rendered(said: str, blocks: Blocks) -> Rendered:
    return Rendered(mrkdwn.cut(said, FALLBACK_TEXT_MAX), blocks)
