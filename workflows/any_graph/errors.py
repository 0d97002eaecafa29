"""Why a graph can't be used, or could not go on."""

from workflows.errors import WorkflowError


class UnusableGraph(Exception):
    """A configured graph is refused at load. The message says why, and is meant for a person."""

    def __init__(self, name: str, key: str, reason: str) -> None:
        super().__init__(f"workflows.{name}.{key}: {reason}")


class Unshowable(WorkflowError):
    """A question that no card can show whole and literally."""


class Unstorable(WorkflowError):
    """A node wrote a value into the state that could not be read back from the database as it was."""
