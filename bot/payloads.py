"""Slack's payloads as far as we read them, parsed once at the edge.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads
"""

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from bot.ids import Block, Input
from workflows.approvals.decide import Place


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SlashCommand(Payload):
    command: str
    text: str = ""
    user_id: str
    channel_id: str
    trigger_id: str

    @property
    def delivery(self) -> str:
        """Slack gives every use of a command its own trigger id; a repeated delivery carries the same."""
        return f"command:{self.trigger_id}"

    @property
    def typed(self) -> str:
        """The text as it was typed: Slack sends &, < and > as entities."""
        return self.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class User(Payload):
    id: str


class Channel(Payload):
    id: str


class ActionValue(Payload):
    value: str = ""
    action_ts: str = ""


class Container(Payload):
    message_ts: str


class Click(Payload):
    """A press of a button in a message."""

    user: User
    channel: Channel
    container: Container
    trigger_id: str
    actions: list[ActionValue] = Field(min_length=1)

    @property
    def value(self) -> str:
        return self.actions[0].value

    @property
    def place(self) -> Place:
        return Place(self.channel.id, self.container.message_ts)

    @property
    def delivery(self) -> str:
        return f"click:{self.trigger_id}"


class ReasoningClick(Payload):
    """A press of View reasoning: in a message, in an answer only its reader sees, or in App Home."""

    user: User
    trigger_id: str
    actions: list[ActionValue] = Field(min_length=1)

    @property
    def run(self) -> str:
        return self.actions[0].value


class ReasoningPage(Payload):
    """What a button of the reasoning modal carries: a run, and the first step to show; the newest if none."""

    run: str
    first: int | None = None


class ModalView(Payload):
    id: str
    hash: str


class ReasoningTurn(Payload):
    """A press of a button in the reasoning modal."""

    user: User
    view: ModalView
    actions: list[ActionValue] = Field(min_length=1)

    @property
    def page(self) -> ReasoningPage:
        return ReasoningPage.model_validate_json(self.actions[0].value)


class HomeOpened(Payload):
    """https://docs.slack.dev/reference/events/app_home_opened"""

    user: str
    tab: str = "home"


class PersonChange(Payload):
    """https://docs.slack.dev/reference/events/user_change"""

    user: User


class ChannelChange(Payload):
    """https://docs.slack.dev/reference/events/channel_archive, and its like."""

    channel: str


class HomePages(Payload):
    """Which page of each list a Home shows; kept in its `private_metadata`."""

    waiting: int = Field(default=0, ge=0)
    asked: int = Field(default=0, ge=0)
    decided: int = Field(default=0, ge=0)


_TURNED = TypeAdapter(dict[str, int])


class HomeView(Payload):
    private_metadata: str = ""


class HomeClick(Payload):
    """A press of a button in App Home. The button's value says which list should show which page."""

    user: User
    view: HomeView
    actions: list[ActionValue] = Field(min_length=1)

    @property
    def pages(self) -> HomePages:
        """Where the person was, changed by the button."""
        before = HomePages.model_validate_json(self.view.private_metadata or "{}")
        turned = _TURNED.validate_json(self.actions[0].value)
        return HomePages.model_validate({**before.model_dump(), **turned})


class Bound(Payload):
    """What an Approve or Reject button carries: an approval, and the digest of what was shown."""

    approval: str
    digest: str

    @classmethod
    def of_button(cls, value: str) -> "Bound":
        approval, _, digest = value.partition(":")
        return cls(approval=approval, digest=digest)


class TextInput(Payload):
    value: str | None = None


class ViewState(Payload):
    values: dict[str, dict[str, TextInput]]


class View(Payload):
    id: str
    private_metadata: str
    state: ViewState


class Origin(Payload):
    """What a form carries: the workflow it asks for, and where it was opened."""

    workflow: str
    channel: str


class FormView(View):
    hash: str

    @property
    def origin(self) -> Origin:
        return Origin.model_validate_json(self.private_metadata)

    @property
    def entered(self) -> dict[str, str]:
        """What stands in each field: a field is a block with one input."""
        fields = self.state.values.items()
        return {name: each.value or "" for name, inputs in fields for each in inputs.values()}


class FormEvent(Payload):
    """A field of the form was entered, or the form submitted."""

    user: User
    view: FormView

    @property
    def delivery(self) -> str:
        """A form can be sent once; sent twice, it is the same request."""
        return f"view:{self.view.id}"


class BallotSubmission(Payload):
    """A modal that answers a question; it carries which one."""

    user: User
    view: View

    @property
    def bound(self) -> Bound:
        return Bound.model_validate_json(self.view.private_metadata)

    @property
    def delivery(self) -> str:
        """A modal can be sent once; sent twice, it is the same submission."""
        return f"view:{self.view.id}"


class RejectSubmission(BallotSubmission):
    @field_validator("view")
    @classmethod
    def _has_its_field(cls, view: View) -> View:
        """The modal of another version of Signoff may have others."""
        return _with(view, Block.REASON, Input.REASON)

    @property
    def reason(self) -> str:
        return (self.view.state.values[Block.REASON][Input.REASON].value or "").strip()


class HappenedSubmission(BallotSubmission):
    @field_validator("view")
    @classmethod
    def _has_its_field(cls, view: View) -> View:
        return _with(view, Block.RECORD, Input.RECORD)

    @property
    def record(self) -> str:
        return (self.view.state.values[Block.RECORD][Input.RECORD].value or "").strip()


def _with(view: View, block: Block, input: Input) -> View:
    if input not in view.state.values.get(block, {}):
        raise ValueError(f"has no {block}")
    return view
