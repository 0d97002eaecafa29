"""A graph is brought in by its name, becomes a command, or is refused with the reason."""

from typing import Any

import pytest

from workflows.any_graph.command import TEXT_MAX
from workflows.any_graph.errors import UnusableGraph
from workflows.any_graph.load import any_graph
from workflows.graphs.registry import load
from workflows.inputs import parse_text
from workflows.workflow import Workflow, WorkflowSettings

GRAPHS = "tests.unit.workflows.refused_graphs"


def brought(graph: str) -> Workflow:
    return any_graph("errand", f"{GRAPHS}:{graph}")


@pytest.mark.parametrize("graph", ["plain", "compiled", "made", "everything"])
def test_a_builder_a_compiled_graph_and_a_function_that_returns_one_are_taken(graph: str) -> None:
    workflow = brought(graph)
    assert workflow.brought
    assert workflow.usage == "TOPIC"
    assert workflow.headline({"topic": "tea"}) == "errand: tea"


def test_the_last_field_of_its_command_takes_the_rest() -> None:
    workflow = any_graph("vendor-access", "examples.vendor_access:graph")
    parsed = parse_text(workflow.input_model, "Acme payroll to pay their invoice")
    assert not isinstance(parsed, tuple)
    assert parsed.model_dump() == {"vendor": "Acme", "system": "payroll", "reason": "to pay their invoice"}


def test_a_headline_keeps_the_order_of_the_fields_though_what_is_stored_is_sorted() -> None:
    workflow = any_graph("vendor-access", "examples.vendor_access:graph")
    stored: dict[str, object] = {"reason": "audit season", "system": "payroll", "vendor": "Acme"}
    assert workflow.headline(stored) == "vendor access: Acme, payroll, audit season"


def test_a_field_of_fixed_words_takes_no_other_and_what_is_not_required_is_not_asked() -> None:
    model = brought("chosen").input_model
    assert not isinstance(parse_text(model, "Acme read"), tuple)
    [problem] = problems(model, "Acme admin")
    assert problem == "the level must be one of read, write"
    assert model.model_fields["level"].description == "how much they may do"
    assert list(model.model_fields) == ["vendor", "level"]


def test_a_pydantic_input_schema_is_taken_with_its_descriptions() -> None:
    model = brought("modelled").input_model
    assert list(model.model_fields) == ["vendor", "reason"]
    assert model.model_fields["reason"].description == "for the record"


def test_what_is_too_long_or_missing_is_said_as_for_any_command() -> None:
    model = brought("plain").input_model
    assert problems(model, "") == ["the topic is missing"]
    assert problems(model, "x" * (TEXT_MAX + 1)) == [f"the topic has 501 characters; {TEXT_MAX} is the limit"]


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        ("nowhere", f"{GRAPHS} has no nowhere"),
        ("number", "it is a int, neither a StateGraph nor a function that returns one"),
        ("made_async", "it is a coroutine, neither"),
        ("failing", "calling it failed: RuntimeError: no key"),
        ("functional", "it is a Pregel, neither"),
        ("no_start", "it does not compile: "),
        ("before", "interrupt_before or interrupt_after"),
        ("after", "interrupt_before or interrupt_after"),
        ("inside", "interrupt_before or interrupt_after"),
        ("own_saver", "its subgraph inner has a checkpointer of its own"),
        ("in_context", "it has a context_schema"),
        ("money", "its state field held holds Money"),
        ("customers", "its state field held holds Customer"),
        ("color", "its state field held holds Color"),
        ("red", "its state field held holds Color"),
        ("nested", "its state field held holds Money"),
        ("inner_money", "its state field held holds Money"),
        ("messages", "its input field messages is not text but"),
        ("whole_state", "its input field numbers is not text but"),
        ("counted", "its input field count is not text but int"),
        ("empty", "its input schema has no fields"),
        ("listed", "has no named fields"),
    ],
)
def test_what_can_not_be_used_is_refused_with_the_reason(graph: str, reason: str) -> None:
    with pytest.raises(UnusableGraph) as refused:
        brought(graph)
    assert str(refused.value).startswith(f"workflows.errand.graph: {GRAPHS}:{graph}: ")
    assert reason in str(refused.value)


def test_a_module_that_can_not_be_imported_is_refused_with_its_error() -> None:
    with pytest.raises(UnusableGraph, match="nowhere can't be imported: ModuleNotFoundError: No module"):
        any_graph("errand", "nowhere:graph")


@pytest.mark.parametrize("name", ["Errand", "an errand", "-errand", "e" * 32, "érrand"])
def test_a_name_that_is_no_command_is_refused(name: str) -> None:
    with pytest.raises(UnusableGraph, match="no slash command can have this name"):
        any_graph(name, f"{GRAPHS}:plain")


@pytest.mark.parametrize("name", ["refund", "signoff"])
def test_a_command_that_is_signoffs_own_is_not_given_away(name: str) -> None:
    settings = WorkflowSettings.model_validate(
        {"channel": "C0GENERAL", "approvers": {"groups": ["S0LEADS"]}, "graph": f"{GRAPHS}:plain"}
    )
    no_payments: Any = None
    with pytest.raises(UnusableGraph, match=f"/{name} is taken"):
        load({name: settings}, no_payments)


def test_its_version_is_its_shape_and_not_the_text_of_its_functions() -> None:
    assert brought("plain").version == brought("compiled").version
    assert brought("plain").version != brought("everything").version


def problems(model: Any, text: str) -> list[str]:
    found = parse_text(model, text)
    assert isinstance(found, tuple)
    return [each.text for each in found]
