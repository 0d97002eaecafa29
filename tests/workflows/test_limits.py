"""A run uses no more node executions than it may, and one nobody knows how to drive stops by name."""

from langgraph.graph import START

from store.records import RunStatus
from tests.workflows.graphs import Context, State, ask, builder, errand, workflow
from tests.workflows.house import SETTINGS, House
from workflows.workflow import Workflow


def wandering(executed: list[str], *, gate_every_round: bool) -> Workflow:
    """Walks in a circle of two nodes for ever; one of them may be a gate."""

    async def walk(state: State, runtime: Context) -> State:
        executed.append("walk")
        return {"round": state.get("round", 0) + 1}

    graph = builder()
    graph.add_node("walk", walk)
    graph.add_node("turn", ask if gate_every_round else walk)
    graph.add_edge(START, "walk")
    graph.add_edge("walk", "turn")
    graph.add_edge("turn", "walk")
    return workflow("wandering", graph)


async def test_a_loop_without_end_is_halted_before_the_step_too_many(house: House) -> None:
    executed: list[str] = []
    await house.install(wandering(executed, gate_every_round=False))
    run = await house.start("wandering")
    await house.drive()
    halted = await house.run(run)
    assert (halted.status, halted.outcome) == (RunStatus.HALTED, "step_limit")
    assert len(executed) == halted.steps_used == SETTINGS.steps_max
    assert f"{SETTINGS.steps_max} steps" in str(halted.outcome_text)


async def test_steps_are_counted_across_drives(house: House) -> None:
    executed: list[str] = []
    settings = SETTINGS.model_copy(update={"steps_max": 7})
    await house.install(wandering(executed, gate_every_round=True), settings)
    run = await house.asked("wandering")
    used = [(await house.run(run)).steps_used]
    for _ in range(2):
        await house.approve(run)
        await house.drive()
        used.append((await house.run(run)).steps_used)
    # walk, gate; then again and again: the gate once more to take its answer, walk, gate.
    assert used == [2, 5, 7]
    assert (await house.run(run)).outcome == "step_limit"
    assert executed == ["walk"] * 3


async def test_drives_that_fail_use_up_steps_as_well(house: House) -> None:
    async def fail(state: State, runtime: Context) -> State:
        raise ValueError("no")

    await house.install(errand(before=fail), SETTINGS.model_copy(update={"steps_max": 2}))
    run = await house.start("errand")
    for _ in range(3):
        await house.drive()
        due_at = (await house.run(run)).due_at
        house.time.now = due_at or house.time()
    assert (await house.run(run)).outcome == "step_limit"


async def test_a_run_of_a_workflow_that_is_no_longer_loaded_stops_where_nobody_was_ever_asked(
    house: House,
) -> None:
    await house.install(errand())
    run = await house.start("errand")
    house.installed.clear()
    await house.restart()
    await house.drive()
    stopped = await house.run(run)
    assert (stopped.status, stopped.outcome) == (RunStatus.HALTED, "workflow_not_loaded")
    assert house.notebook.pages == []
