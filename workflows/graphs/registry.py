"""Which workflows there are. A new one is a file beside this and a line here."""

from collections.abc import Mapping

from workflows.effects.stripe_payments import StripePayments
from workflows.graphs.refund import refund_workflow
from workflows.workflow import Installed, Registry, WorkflowSettings


class UnknownWorkflow(Exception):
    """The configuration names a workflow that doesn't exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"workflows.{name}: there is no such workflow; known: {', '.join(known)}")


def load(settings: Mapping[str, WorkflowSettings], payments: StripePayments) -> Registry:
    """The configured workflows. Raises UnknownWorkflow."""
    known = {each.name: each for each in (refund_workflow(payments),)}
    for name in settings:
        if name not in known:
            raise UnknownWorkflow(name, sorted(known))
    return Registry([Installed(known[name], each) for name, each in settings.items()])
