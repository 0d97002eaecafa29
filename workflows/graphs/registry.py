"""Which workflows there are. A new one is a file beside this and a line here, or a graph that is brought."""

from collections.abc import Mapping

from workflows.any_graph.errors import UnusableGraph
from workflows.any_graph.load import any_graph
from workflows.effects.stripe_payments import StripePayments
from workflows.graphs.refund import refund_workflow
from workflows.models.chat import ChatModel
from workflows.workflow import Installed, Registry, Workflow, WorkflowSettings

# Signoff's own command.
RESERVED = "signoff"


class UnknownWorkflow(Exception):
    """The configuration names a workflow that doesn't exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"workflows.{name}: there is no such workflow; known: {', '.join(known)}. "
            "Any other brings its graph: see docs/any-graph.md"
        )


def load(
    settings: Mapping[str, WorkflowSettings], payments: StripePayments, model: ChatModel | None = None
) -> Registry:
    """The configured workflows; `model` is asked by those that have a use for one.

    Raises UnknownWorkflow or UnusableGraph.
    """
    known = {each.name: each for each in (refund_workflow(payments, model),)}
    return Registry([Installed(_workflow(name, each, known), each) for name, each in settings.items()])


def _workflow(name: str, settings: WorkflowSettings, known: Mapping[str, Workflow]) -> Workflow:
    if settings.graph is None:
        if name not in known:
            raise UnknownWorkflow(name, sorted(known))
        return known[name]
    if name in known or name == RESERVED:
        raise UnusableGraph(name, "graph", f"/{name} is taken; give this workflow another name")
    return any_graph(name, settings.graph)
