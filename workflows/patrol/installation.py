"""Whether we are still in the workspace, for everybody who would otherwise go on asking Slack."""

from dataclasses import dataclass

from workflows.bells import Bells


@dataclass
class Installation:
    """`lost` is Slack's word for it, once it was asked twice. Only the patrol sets it."""

    bells: Bells
    lost: str | None = None
    doubted: bool = False

    def doubt(self) -> None:
        """Slack refused us in a way that sounds like an uninstallation: the patrol asks again."""
        self.doubted = True
        self.bells.patrol.ring()
