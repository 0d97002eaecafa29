"""LangSmith, to which LangGraph and LangChain send what graphs read and decide once its variables are set.

Runs hold payments, customers and people's reasons, and those variables are often set for a whole machine. So
they alone send nothing: it takes `SIGNOFF_ALLOW_TRACING=1` as well.
"""

import langsmith
import structlog

from bot.doctor.finding import Finding
from bot.settings import Environment, TracingVariables, forget_tracing_variables

log = structlog.get_logger()

NONE = Finding("Tracing: none is set up, so nothing is sent to LangSmith.")


def check_tracing(environment: Environment) -> Finding:
    """What becomes of traces. None of it is wrong: nothing is sent, or it was meant."""
    names = ", ".join(TracingVariables().asking)
    if not names:
        return NONE
    if environment.signoff_allow_tracing:
        return Finding(f"Tracing: {names} is set and allowed, so payments and reasons are sent to LangSmith.")
    return Finding(
        f"Tracing: {names} is set, but nothing is sent to LangSmith, for it would be payments and reasons; "
        "SIGNOFF_ALLOW_TRACING=1 sends it."
    )


def hold_back_traces(environment: Environment) -> None:
    """Before a graph runs in this process: holds traces back unless they are allowed, and says so.

    The variables go as well: LangChain fails each graph for an old one of them when nothing is traced.
    """
    finding = check_tracing(environment)
    if finding is not NONE:
        log.warning(finding.said, check="start")
    if not environment.signoff_allow_tracing:
        langsmith.configure(enabled=False)
        forget_tracing_variables()
