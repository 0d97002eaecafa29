"""Bringing a graph in: imported by its name, looked over, and compiled with our checkpointer.

What could not be kept safe is refused here, by name, before anyone can ask for a run of it.
"""

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph, StateGraph

from store.checkpoints import BoundarySaver
from store.identity import canonical_json, digest
from workflows.any_graph.command import NoCommand, headline_of, input_model_of, usage_of
from workflows.any_graph.errors import UnusableGraph
from workflows.any_graph.state_types import unstorable_fields
from workflows.workflow import Workflow

# Slack takes commands of at most 32 characters, the slash included.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")

Graph = CompiledStateGraph[Any, Any, Any, Any]


class _Unusable(Exception):
    """Why, for the line that also names the workflow."""


def any_graph(name: str, path: str) -> Workflow:
    """The workflow made of the graph at `package.module:graph`. Raises UnusableGraph."""
    if _NAME.fullmatch(name) is None:
        reason = "no slash command can have this name: lower-case letters, digits, - and _, 31 at most"
        raise UnusableGraph(name, "graph", reason)
    try:
        brought = _called(_imported(path))
        for each in _with_subgraphs(brought):
            _look_over(each)
        graph = _ours(brought)
        model = input_model_of(name, graph.builder.input_schema)
    except (_Unusable, NoCommand) as reason:
        raise UnusableGraph(name, "graph", f"{path}: {reason}") from None
    return Workflow(
        name=name,
        version=_version(graph),
        input_model=model,
        usage=usage_of(model),
        headline=partial(headline_of, name, model),
        graph=graph,
        brought=True,
    )


def _imported(path: str) -> Any:
    module_name, _, attribute = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # noqa: BLE001  the module's own code runs here, and may raise anything
        raise _Unusable(f"{module_name} can't be imported: {type(error).__name__}: {error}") from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise _Unusable(f"{module_name} has no {attribute}") from None


def _called(found: Any) -> Graph:
    """What was named, or what it returns where it is a function, compiled if it is a builder."""
    if inspect.isroutine(found):
        try:
            found = found()
        except Exception as error:  # noqa: BLE001  as above
            raise _Unusable(f"calling it failed: {type(error).__name__}: {error}") from None
    if isinstance(found, StateGraph):
        try:
            return found.compile()
        except ValueError as error:
            raise _Unusable(f"it does not compile: {error}") from None
    if isinstance(found, CompiledStateGraph):
        return found
    if inspect.iscoroutine(found):
        found.close()
    raise _Unusable(f"it is a {type(found).__name__}, neither a StateGraph nor a function that returns one")


def _with_subgraphs(graph: Graph) -> Iterator[Graph]:
    yield graph
    for name, each in graph.get_subgraphs(recurse=True):
        if not isinstance(each, CompiledStateGraph):
            raise _Unusable(f"its subgraph {name} is a {type(each).__name__}, not a StateGraph")
        if isinstance(each.checkpointer, BaseCheckpointSaver):
            raise _Unusable(f"its subgraph {name} has a checkpointer of its own; leave that to Signoff")
        yield each


def _look_over(graph: Graph) -> None:
    if graph.interrupt_before_nodes or graph.interrupt_after_nodes:
        raise _Unusable(
            "it is compiled with interrupt_before or interrupt_after: a run taken up after a crash would "
            "pass there unapproved. Call interrupt() in a node instead"
        )
    builder = graph.builder
    if builder.context_schema is not None:
        raise _Unusable("it has a context_schema, and Signoff has no context to give it")
    if "__root__" in builder.channels:
        raise _Unusable("its state has no named fields; make it a TypedDict")
    for schema in builder.schemas:
        for field, culprit in unstorable_fields(schema, builder.managed):
            raise _Unusable(
                f"its state field {field} holds {culprit}, which can't be restored from the database. "
                "Use JSON-like types, a TypedDict, or LangChain's messages"
            )


def _ours(brought: Graph) -> Graph:
    """The same graph on our checkpointer, whatever it was compiled with."""
    graph = brought.builder.compile(
        checkpointer=BoundarySaver(), store=brought.store, cache=brought.cache, name=brought.name
    )
    return graph.with_config(brought.config) if brought.config else graph


def _version(graph: Graph) -> str:
    """Of its shape: what a waiting run needs to find again. The text of its functions may change freely."""
    builder = graph.builder
    shape = {
        "nodes": sorted(builder.nodes),
        "edges": sorted(map(list, builder.edges)),
        "branches": sorted([node, name] for node, each in builder.branches.items() for name in each),
        "state": sorted(builder.channels),
    }
    return digest(canonical_json(shape))[:12]
