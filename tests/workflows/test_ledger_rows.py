"""A row of the ledger that is not what was approved: nothing is called, and a reader is told why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import logs
from store.effects import key_of
from store.identity import canonical_json, digest
from store.records import Effect, EffectState, OutboxKind, RunStatus
from tests.workflows.graphs import Context, State, errand, write
from tests.workflows.house import House
from tests.workflows.notebook import Trouble
from tests.workflows.tampering import tamper
from workflows.effects.ledger import idempotency_key
from workflows.errors import LedgerMismatch
from workflows.workflow import Workflow

NOT_OF_ITSELF = "has arguments that its own digest does not fit"
# What was done to the row, and the words for it.
TAMPERED = {
    "other arguments": ("""arguments = '{"word":"goodbye"}'""", NOT_OF_ITSELF),
    "another digest": ("digest = 'another'", NOT_OF_ITSELF),
    "another system": ("system = 'stripe'", "is of stripe and not of notebook"),
    "another key": ("idempotency_key = 'another'", "has an idempotency key that is not its own"),
    "another generation": ("generation = generation + 1", "has an idempotency key that is not its own"),
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Whatever a test here did to a row, `signoff verify` names it, too."""
    logs.configure()
    opened = House(tmp_path)
    await opened.open()
    yield opened
    await opened.close()
    assert opened.broken() != []


async def begun(house: House) -> str:
    """A run whose effect is intended, and whose answer was lost."""
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    assert (await effect_of(house, run)).state == EffectState.INTENDED
    return run


def cut_off_after_its_effect() -> Workflow:
    """Its drive breaks off, once, when it knows how its effect came out and has not said so yet."""
    broke_off: list[str] = []

    async def write_and_break_off(state: State, runtime: Context) -> State:
        ending = await write(state, runtime)
        if not broke_off:
            broke_off.append("here")
            raise RuntimeError("cut off before its boundary")
        return ending

    return errand(write=write_and_break_off)


async def effect_of(house: House, run: str) -> Effect:
    [effect] = await house.effects_of(run)
    return effect


async def drive_when_due(house: House, run: str) -> None:
    house.time.now = (await house.run(run)).due_at or house.time()
    await house.drive()


async def told(house: House, run: str) -> str:
    replies = [row.body["text"] for row in await house.outbox_of(run) if row.kind == OutboxKind.REPLY]
    return str(replies[-1])


@pytest.mark.parametrize(("change", "said"), TAMPERED.values(), ids=TAMPERED)
async def test_an_effect_begun_under_such_a_row_ends_unknown_and_nothing_is_called(
    house: House, change: str, said: str
) -> None:
    run = await begun(house)
    tamper(house.file, f"UPDATE effects SET {change}")
    called = len(house.notebook.keys_called)
    await drive_when_due(house, run)
    effect, ended = await effect_of(house, run), await house.run(run)
    assert effect.state == EffectState.UNKNOWN
    assert effect.outcome == {
        "code": "ledger_mismatch",
        "text": f"the ledger's row of effect write {said}, so nothing was called. Look in {effect.system}",
    }
    assert (ended.status, ended.outcome, ended.attempts) == (RunStatus.HALTED, "ledger_mismatch", 0)
    assert len(house.notebook.keys_called) == called


async def test_nobody_is_asked_about_such_a_row_since_it_would_be_answered_by_it(house: House) -> None:
    run = await begun(house)
    tamper(house.file, "UPDATE effects SET digest = 'another'")
    await drive_when_due(house, run)
    assert [each.gate for each in await house.approvals_of(run)] == ["write"]
    assert f"The ledger's row of effect write {NOT_OF_ITSELF}" in await told(house, run)


async def test_a_row_that_fits_itself_and_not_what_was_approved_is_not_gone_by(house: House) -> None:
    """Other code wrote it: digest and key are of its arguments."""
    run = await begun(house)
    row = await effect_of(house, run)
    goodbye = canonical_json({"word": "goodbye"})
    key = idempotency_key(key_of(row), digest(goodbye), 0)
    tamper(
        house.file,
        f"UPDATE effects SET arguments = '{goodbye}', digest = '{digest(goodbye)}', "
        f"idempotency_key = '{key}'",
    )
    await drive_when_due(house, run)
    effect = await effect_of(house, run)
    assert effect.state == EffectState.UNKNOWN
    assert "has other arguments than were approved" in str(effect.outcome)
    assert len(house.notebook.keys_called) == 1


@pytest.mark.parametrize(("change", "said"), TAMPERED.values(), ids=TAMPERED)
async def test_what_such_a_row_says_of_an_effect_that_is_over_is_not_believed(
    house: House, change: str, said: str
) -> None:
    await house.install(cut_off_after_its_effect())
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await effect_of(house, run)).state == EffectState.DONE
    tamper(house.file, f"UPDATE effects SET {change}")
    await drive_when_due(house, run)
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "ledger_mismatch")
    assert f"The ledger's row of effect write {said}, so nothing was called." in await told(house, run)
    assert (await effect_of(house, run)).state == EffectState.DONE, "the row stays as it was found"
    assert len(house.notebook.keys_called) == 1


async def test_what_was_found_is_found_again_when_the_drive_was_cut_off_before_it_could_say_so(
    house: House,
) -> None:
    lost: list[str] = []

    async def write_and_break_off(state: State, runtime: Context) -> State:
        try:
            return await write(state, runtime)
        except LedgerMismatch as mismatch:
            if lost:
                raise
            lost.append("here")
            raise RuntimeError("cut off before its ending") from mismatch

    await house.install(errand(write=write_and_break_off))
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    tamper(house.file, "UPDATE effects SET digest = 'another'")
    await drive_when_due(house, run)
    assert ((await house.run(run)).status, lost) == (RunStatus.QUEUED, ["here"])
    assert (await effect_of(house, run)).state == EffectState.UNKNOWN
    await drive_when_due(house, run)
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "ledger_mismatch")
    assert len(house.notebook.keys_called) == 1
