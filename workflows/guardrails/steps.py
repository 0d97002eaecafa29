"""The step limit: how many nodes a run may execute, across all its drives. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepAllowance:
    """`used` counts earlier drives."""

    limit: int
    used: int

    def permits(self, in_this_drive: int) -> bool:
        """Whether that many node executions in this drive stay within the limit."""
        return self.used + in_this_drive <= self.limit
