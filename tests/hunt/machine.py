"""The machine: what people, clocks, disks, Stripe and `kill -9` may do, in any order hypothesis thinks of.

Each step is judged when it is over: the answers by the model, the record by `signoff verify`, the refunds by
Stripe's own books. In the end all trouble is taken away, and everything has to come to its end.
"""

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from store.identity import identifier
from store.records import ApprovalStatus, RunStatus
from tests.hunt.bot import Around, MakeApprovals, Plan, whole
from tests.hunt.deeds import (
    EVERYONE,
    FIONA,
    MORGAN,
    RILEY,
    SAM,
    UNSURE,
    Answer,
    Ask,
    Cancel,
    Click,
    Deed,
    Withdraw,
)
from tests.hunt.model import Model, Request
from tests.hunt.mortal import Died, Mortal
from tests.hunt.outside import Outside
from tests.hunt.promises import broken_at_last, broken_now
from tests.hunt.record import Record, read
from tests.workflows.house import TENANT
from workflows.approvals.decide import Approvals
from workflows.approvals.policy import Said
from workflows.questions.asking import OUTCOME_GATE

# Some go through at once, some slowly, one bounces at once, and one comes back days later.
PAYMENTS = ("pi_plain01", "pi_plain02", "pi_bank", "pi_bounce", "pi_return")
DEEDS = ("approve", "approve", "reject", "cancel", "withdraw")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Stripe's patience here is 0.4 s: the one is slow, the other arrives after nobody waits for it any more.
SLOW_MS, LATE_MS = 100, 600
RESTS_MAX = 60
DIES_WITHIN = 40


@dataclass
class Tally:
    """What a hunt has done so far, over all its examples."""

    examples: int = 0
    steps: int = 0
    deaths: list[str] = field(default_factory=list)
    endings: Counter[str] = field(default_factory=Counter)
    refunds: int = 0


class Hunt(RuleBasedStateMachine):
    """Set `outside` (and `around`, `approvals` for a bot that is broken on purpose) in a subclass."""

    outside: Outside
    around: Around = staticmethod(whole)
    approvals: MakeApprovals = Approvals
    tally = Tally()

    runs = Bundle("runs")
    clicks = Bundle("clicks")

    @initialize(target=runs, quorum=st.sampled_from([1, 1, 2]), payment=st.sampled_from(PAYMENTS))
    def open(self, quorum: int, payment: str) -> Any:
        self.tally.examples += 1
        self.outside.post("reset", payments=2)
        self.home = Path(tempfile.mkdtemp(prefix="hunt-"))
        self.model = Model(frozenset({MORGAN, SAM}), quorum)
        self.before: Record | None = None
        self.number = count(1)
        self.is_late = False
        self.bot = Mortal()
        self._start()
        return self.request(RILEY, payment, 100)

    @rule(
        target=runs,
        by=st.sampled_from([RILEY, RILEY, MORGAN]),
        payment=st.sampled_from(PAYMENTS),
        amount=st.sampled_from([100, 250]),
    )
    def request(self, by: str, payment: str, amount: int) -> Any:
        deed = Ask(f"d{next(self.number)}", by, payment, amount)
        self._do([deed])
        run = _run_of(deed)
        if run not in self.model.requests:
            return multiple()
        self._rest()
        return run

    @rule(run=runs)
    def request_delivered_again(self, run: str) -> None:
        request = self.model.requests[run]
        self._do([Ask(request.delivery, request.by, request.payment, request.amount)])

    @rule(target=clicks, run=runs, by=st.sampled_from([MORGAN, SAM]), waits=st.booleans())
    def approve(self, run: str, by: str, *, waits: bool) -> Any:
        return self._click_on(run, by, "approve", waits=waits)

    @rule(
        target=clicks,
        run=runs,
        by=st.sampled_from([MORGAN, SAM]),
        action=st.sampled_from(["", "error", "lose_answer", "down", "late"]),
        among=st.sampled_from(["", "stripe POST", "commit: intent", "commit: outcome"]),
        points=st.integers(0, 3),
        later_s=st.sampled_from([MINUTE, DAY + HOUR]),
    )
    def approve_in_trouble(
        self, run: str, by: str, action: str, among: str, points: int, later_s: int
    ) -> Any:
        """The hardest moment there is: it dies around the refund, and Stripe's answer is lost as well."""
        if action:
            self.stripe_fails(method="refunds.create", action=action, times=1)
        self.dies_soon(points, among)
        click = self._click_on(run, by, "approve")
        self.outside.advance(later_s)
        self._rest()
        return click

    @rule(target=clicks, run=runs, by=st.sampled_from(EVERYONE), is_stale=st.booleans())
    def click(self, run: str, by: str, *, is_stale: bool) -> Any:
        return self._click_on(run, by, "approve", is_stale=is_stale)

    @rule(target=clicks, run=runs, by=st.sampled_from(EVERYONE))
    def reject(self, run: str, by: str) -> Any:
        return self._click_on(run, by, "reject")

    @rule(target=clicks, run=runs, by=st.sampled_from([MORGAN, SAM]))
    def says_it_happened(self, run: str, by: str) -> Any:
        """Where that is what is asked; anywhere else it is an approval."""
        return self._click_on(run, by, "happened")

    @rule(click=clicks)
    def click_delivered_again(self, click: Click) -> None:
        self._do([click])

    @rule(click=clicks)
    def click_again(self, click: Click) -> None:
        self._do([replace(click, delivery=f"d{next(self.number)}")])

    @rule(run=runs, by=st.sampled_from([RILEY, RILEY, MORGAN]))
    def cancel(self, run: str, by: str) -> None:
        self._do([Cancel(by, run)])

    @rule(run=runs)
    def withdraw(self, run: str) -> None:
        self._do([Withdraw(run)])

    @rule(
        run=runs,
        deeds=st.lists(
            st.tuples(st.sampled_from(DEEDS), st.sampled_from(EVERYONE)),
            min_size=2,
            max_size=4,
        ),
    )
    def all_at_once(self, run: str, deeds: Sequence[tuple[str, str]]) -> None:
        made = [self._deed(run, word, by) for word, by in deeds]
        self._do([each for each in made if each is not None])

    @rule(by=st.sampled_from([MORGAN, SAM, FIONA]))
    def leaves_or_joins_the_leads(self, by: str) -> None:
        self.model = replace(self.model, leads=self.model.leads ^ {by})
        self._ask("leads", self.model.leads)

    @rule(points=st.integers(0, DIES_WITHIN))
    def dies_soon(self, points: int, among: str = "") -> None:
        """At a point it has yet to come to, of those whose names begin so."""
        self._ask("die_after", points, among)

    @rule()
    def dies_at_once(self) -> None:
        self.bot.kill()
        self._start()

    @rule(loss=st.sampled_from(["before", "after"]), commits=st.integers(1, 2))
    def disk_fails(self, loss: str, commits: int) -> None:
        self._ask("lose", loss, commits)

    @rule(
        method=st.sampled_from(["refunds.create", "refunds.create", "refunds.list", "payment_intents.*"]),
        action=st.sampled_from(["error", "rate_limit", "lose_answer", "down", "slow", "late"]),
        times=st.integers(1, 3),
    )
    def stripe_fails(self, method: str, action: str, times: int) -> None:
        delay_ms = {"slow": SLOW_MS, "late": LATE_MS}.get(action, 0)
        self.is_late |= action == "late"
        action = "delay" if delay_ms else action
        self.outside.fault("stripe", action, method=method, times=times, delay_ms=delay_ms)

    @rule()
    def stripe_is_well_again(self) -> None:
        self.outside.post("fault", clear=True)

    @rule(run=runs)
    def refund_comes_back(self, run: str) -> None:
        for each in self.outside.made():
            if each["metadata"]["signoff_run"] == run and each["status"] == "succeeded":
                self.outside.post("refund", refund=each["id"])

    @rule(payment=st.sampled_from(PAYMENTS))
    def somebody_else_refunds(self, payment: str) -> None:
        self.outside.refund_by_hand(payment, 50)

    @rule(seconds=st.sampled_from([1, MINUTE, HOUR, DAY, 3 * DAY]))
    def time_passes(self, seconds: int) -> None:
        self.outside.advance(seconds)
        self._rest()

    @rule()
    def rests_and_is_sealed(self) -> None:
        self._rest()
        self._ask("seal")

    @invariant()
    def every_promise_holds(self) -> None:
        if not hasattr(self, "model"):
            return
        self.tally.steps += 1
        made = self.outside.made()  # before the record: what it knows of may be more, never less
        record = read(self.home / "signoff.db")
        _none([*broken_now(self.model, record, self.before, made, _now(self.outside))])
        self.before, self.model = record, self.model.seen(record)

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.comes_to_its_end()
        finally:
            self.is_over()

    def is_over(self) -> None:
        self.bot.kill()
        self.outside.post("fault", clear=True)
        shutil.rmtree(self.home)

    def comes_to_its_end(self) -> None:
        """All trouble ends, and everybody is there: whatever does not wait for a person ends by itself."""
        self.outside.post("fault", clear=True)
        self.model = replace(self.model, leads=frozenset({MORGAN, SAM}))
        self.bot.kill()
        self._start()
        for rests in range(RESTS_MAX):
            self._rest()
            record = read(self.home / "signoff.db")
            if all(each.status not in (RunStatus.QUEUED, RunStatus.RUNNING) for each in record.runs.values()):
                break
            self.outside.advance(MINUTE * 2 ** min(rests, 10))
        else:
            raise AssertionError(f"{[each.id for each in record.runs.values()]}: something never ends")
        pending = {each.run for each in record.questions.values() if each.status == ApprovalStatus.PENDING}
        stuck = {each.id for each in record.runs.values() if each.status.is_open} - pending
        _none([f"{each} waits, and nobody is asked" for each in stuck])
        self.outside.advance(4 * DAY)  # nobody answers
        self._rest()
        if self.is_late:
            time.sleep(LATE_MS / 1000)
        self.every_promise_holds()
        made = self.outside.made()
        self.tally.refunds += len(made)
        record = self._record()
        self.tally.endings.update(f"{each.status}: {each.outcome}" for each in record.runs.values())
        _none([*broken_at_last(self.model, record, made)])

    def _click_on(self, run: str, by: str, word: str, *, is_stale: bool = False, waits: bool = True) -> Any:
        click = self._deed(run, word, by)
        if not isinstance(click, Click):
            return multiple()
        click = replace(click, is_stale=is_stale)
        [answer] = self._do([click])
        if waits:
            self._rest()
        return multiple() if answer is None or answer.word == UNSURE else click

    def _deed(self, run: str, word: str, by: str) -> Deed | None:
        if word == "cancel":
            return Cancel(by, run)
        if word == "withdraw":
            return Withdraw(run)
        asked = [each for each in self._record().questions.values() if each.run == run]
        if not asked:
            return None
        newest = asked[-1]
        if newest.id not in self.model.questions:
            self.model = self.model.seen(self._record())
        choice: Any = "reject" if word == "reject" else "approve"
        click = Click(f"d{next(self.number)}", by, newest.id, newest.digest, choice)
        if newest.gate != OUTCOME_GATE or choice == "reject":
            return click
        if word == "happened":
            return replace(click, said=Said.HAPPENED, said_id=self._any_refund(run))
        return replace(click, said=Said.DID_NOT_HAPPEN)

    def _any_refund(self, run: str) -> str:
        """The run's own, where there is one; else one that is not it."""
        made = self.outside.made()
        own = [each["id"] for each in made if each["metadata"]["signoff_run"] == run]
        return str(own[0]) if own else "re_000001"

    def _do(self, deeds: Sequence[Deed]) -> Sequence[Answer | None]:
        """All at once. Whoever gets no answer, because the bot died, is None."""
        answers: Sequence[Answer | None] = [None] * len(deeds)
        with suppress(Died):
            answers = self._ask_or_die("at_once", tuple(deeds))
        record = self._record()
        for deed in deeds:
            if isinstance(deed, Ask) and _run_of(deed) in record.runs:
                request = Request(deed.delivery, deed.by, deed.payment, deed.amount)
                self.model.requests.setdefault(_run_of(deed), request)
        for deed, answer in zip(deeds, answers, strict=True):
            assert answer is None or _is_true(deed, answer, record), f"{answer} is not true of {deed}"
        after = self.model.explained(deeds, answers, record, _now(self.outside))
        if after is None:
            raise AssertionError(
                f"no order explains {[*zip(deeds, answers, strict=True)]}: "
                f"{[*self.model.differences(record, _now(self.outside))]}"
            )
        self.model = after
        return answers

    def _rest(self) -> None:
        """Until nothing is due; again where it dies meanwhile."""
        self._ask("look_out")
        while True:
            with suppress(Died):
                assert self._ask_or_die("idle"), "what is due is never done"
                return

    def _ask(self, name: str, *arguments: Any) -> None:
        with suppress(Died):
            self._ask_or_die(name, *arguments)

    def _ask_or_die(self, name: str, *arguments: Any) -> Any:
        """Starts the bot again where it died, and says that it died."""
        try:
            return self.bot.ask(name, *arguments)
        except Died as death:
            self.tally.deaths.append(str(death))
            self._start()
            raise

    def _start(self) -> None:
        model, outside = self.model, self.outside
        self.bot.start(
            Plan(
                self.home,
                outside.clock_file,
                outside.stripe_url,
                model.leads,
                model.quorum,
                type(self).around,
                type(self).approvals,
            )
        )

    def _record(self) -> Record:
        return read(self.home / "signoff.db")


def _none(broken: Sequence[str]) -> None:
    if broken:
        raise AssertionError("; ".join(broken))


def _run_of(deed: Ask) -> str:
    return identifier("run", TENANT, "refund", deed.delivery)


def _is_true(deed: Deed, answer: Answer, record: Record) -> bool:
    """What an answer says of the world, beyond what the model knows."""
    match deed:
        case Ask():
            return answer.word == UNSURE or answer.run in record.runs
        case Cancel() if answer.word == "ended":
            return not record.runs[deed.run].status.is_open
        case _:
            return True


def _now(outside: Outside) -> datetime:
    return datetime.fromtimestamp(float(outside.state()["clock"]["now"]), UTC)
