"""A brought graph whose bot is killed in the middle of each node: only that node runs again."""

from collections.abc import Callable
from pathlib import Path

from tests.crashes.kept import broken
from tests.harness import Json, Sandbox, buttons, quick_config, running_sandbox, until

GRAPH = """
import time
from pathlib import Path
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

VISITS = Path(__file__).with_name("visits")


class Topic(TypedDict):
    topic: str


class State(TypedDict, total=False):
    topic: str
    noted: str


def noting(name):
    def node(state):
        with VISITS.open("a") as visits:
            visits.write(name + " ")
        if VISITS.read_text().split().count(name) == 1:
            time.sleep(600)  # it is killed in the middle of this
        return {"noted": name}

    return node


def review(state):
    return {"noted": interrupt("Go on?")["decision"]}


graph = StateGraph(State, input_schema=Topic)
nodes = {"one": noting("one"), "two": noting("two"), "review": review, "three": noting("three")}
for name, node in nodes.items():
    graph.add_node(name, node)
for left, right in zip([START, *nodes], [*nodes, END]):
    graph.add_edge(left, right)
"""


def test_a_kill_in_the_middle_of_a_node_repeats_that_node_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "slow_graph.py").write_text(GRAPH)
    config = quick_config(tmp_path, graph='"slow_graph:graph"')
    with running_sandbox(tmp_path / "home", config=config, PYTHONPATH=str(tmp_path)) as sandbox:
        assert sandbox.command("tea", channel="#general", command="/vendor-access")["ok"]
        for node in ("one", "two"):
            _kill_in(sandbox, tmp_path, node)
        card = until(lambda: _root(sandbox, lambda root: "approve" in buttons(root)), "the card")
        sandbox.kill()
        sandbox.start()
        assert sandbox.click(card, "approve")["ok"]
        _kill_in(sandbox, tmp_path, "three")
        until(lambda: _root(sandbox, lambda root: "— done" in root["text"]), "the end")
        assert (tmp_path / "visits").read_text().split() == ["one", "one", "two", "two", "three", "three"]
        until(lambda: broken(sandbox) == [], "every promise to hold")


def _kill_in(sandbox: Sandbox, folder: Path, node: str) -> None:
    visits = folder / "visits"
    until(lambda: visits.exists() and node in visits.read_text(), f"the node {node}")
    sandbox.kill()
    sandbox.start()


def _root(sandbox: Sandbox, holds: Callable[[Json], bool]) -> Json | None:
    roots = (each for each in sandbox.messages() if "tea" in each["text"] and not each.get("thread_ts"))
    return next((each for each in roots if holds(each)), None)
