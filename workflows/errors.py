"""What a drive may run into. Each ends in a named outcome; none is swallowed."""

from datetime import timedelta

from store.effects import EffectKey
from workflows.money import usd


class WorkflowError(Exception):
    """Something kept a run from going on."""


class LimitReached(WorkflowError):
    """The run has used up what it may; `outcome` is the word for what. The message says so to a reader."""

    outcome: str


class StepsExhausted(LimitReached):
    """The run has executed as many nodes as it may."""

    outcome = "step_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"stopped after {limit} steps, the limit for one run")
        self.limit = limit


class BudgetExhausted(LimitReached):
    """The next call of a model could cost more than is left, so it was not made. Micro-USD."""

    outcome = "budget"

    def __init__(self, limit: int, used: int, worst: int) -> None:
        before = f" after the {usd(used)} already spent or set aside" if used else ""
        super().__init__(
            f"stopped at its limit of {usd(limit)}: asking the model could cost up to {usd(worst)}{before}, "
            "so it was not asked and nothing more was done"
        )
        self.limit = limit
        self.used = used
        self.worst = worst


class NotKnown(LimitReached):
    """What has to be known before anything is done could not be read for as long as is waited for it."""

    def __init__(self, outcome: str, what: str) -> None:
        super().__init__(f"{what}, and has not for so long that it was given up. Nothing was done")
        self.outcome = outcome


class NoLongerHolds(WorkflowError):
    """What was approved rests on something that has changed: `changed`, each a few words for a reader."""

    def __init__(self, approval: str, changed: tuple[str, ...]) -> None:
        super().__init__(f"approval {approval} no longer holds: {'; '.join(changed)}")
        self.approval = approval
        self.changed = changed


class Unanswered(WorkflowError):
    """An outside system gave no usable answer: unreachable, overloaded, or the answer was lost.

    `asked_pause` is how long it asks to be left alone, where it says.
    """

    def __init__(self, system: str, detail: str, asked_pause: timedelta | None = None) -> None:
        super().__init__(f"{system} gave no answer: {detail}")
        self.system = system
        self.detail = detail
        self.asked_pause = asked_pause


class SavedError(Unanswered):
    """The system repeats an error it saved for this key: with it, it can't answer otherwise."""


class Unreadable(Unanswered):
    """The system refuses to tell what it holds, so that nothing is known by it. `detail` is its own word."""


class Refused(WorkflowError):
    """An outside system gave a definite no. `code` is its own word for it, or ours for one without."""

    def __init__(self, system: str, code: str, text: str) -> None:
        super().__init__(f"{system} refused: {text}")
        self.system = system
        self.code = code
        self.text = text


class Postponed(WorkflowError):
    """The run goes on later, without this counting as an attempt: the outside world has to move first.

    `kind` is a word for why; the reason is told in the thread once for each kind.
    """

    def __init__(self, kind: str, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.kind = kind
        self.wait = wait


class OutcomeUnknown(WorkflowError):
    """Nobody here can tell what became of an effect, so people are asked.

    `effect` is its row's key, `known` says to a reader what is known. `answered` is the question whose answer
    led here, if one did: that answer is used up.
    """

    def __init__(self, effect: EffectKey, known: str, answered: str | None = None) -> None:
        super().__init__(f"the outcome of {effect.name} in {effect.run} is not known: {known}")
        self.effect = effect
        self.known = known
        self.answered = answered


class LedgerMismatch(WorkflowError):
    """The ledger's row of an effect is not the one that was approved. The message says so to a reader."""

    outcome = "ledger_mismatch"


class RepeatedEffect(WorkflowError):
    """Two effects of one identity in one drive: a node that loops or fans out must give a discriminator.

    The message says so to a reader.
    """

    outcome = "repeated_effect"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the workflow asks for effect {name} twice and does not tell the two apart, "
            "so it was not made a second time"
        )
        self.name = name
