"""A finding: one line that a person reads, with what mends it where something is wrong."""

from dataclasses import dataclass

from bot.settings import SettingsError

RIGHT_MARK, WRONG_MARK = "✓", "✗"


@dataclass(frozen=True)
class Finding:
    """`mend` is a sentence that says what to do; a finding with one is wrong, one without is in order."""

    text: str
    mend: str = ""

    @property
    def is_right(self) -> bool:
        return not self.mend

    @property
    def said(self) -> str:
        """The same words wherever it is told: by `signoff doctor`, by a refused start, in the log."""
        return f"{self.text} {self.mend}".rstrip()

    @property
    def line(self) -> str:
        return f"{RIGHT_MARK if self.is_right else WRONG_MARK} {self.said}"


class StartRefused(SettingsError):
    """A start ends with this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.said)
        self.finding = finding


class Uninstalled(StartRefused):
    """Slack knows the token, and says that its app is no longer in the workspace."""
