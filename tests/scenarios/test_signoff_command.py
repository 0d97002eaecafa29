"""`/signoff help | pending | show RUN`, which only the person who asks sees answered."""

import pytest

from tests.harness import Json, Sandbox, buttons
from tests.scenarios.asking import Asked, alone, ask, hears, markup


@pytest.mark.parametrize("text", ["", "help", "  help  ", "show"])
def test_help_tells_what_there_is(stage: Sandbox, text: str) -> None:
    shown = said(stage, text)
    for each in ("/refund PAYMENT AMOUNT|all REASON", "/signoff pending", "/signoff show RUN"):
        assert each in shown
    assert "knows no" not in shown


def test_an_unknown_word_gets_the_help_and_is_only_text(stage: Sandbox) -> None:
    shown = said(stage, "<!channel> please")
    assert "Signoff knows no “&lt;!channel&gt;”" in shown
    assert "/signoff pending" in shown


def test_pending_lists_what_waits_for_me_with_its_card_and_what_i_asked_for(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain23 23.10 pending")
    asked.card()
    told = heard(trouble, "morgan", "pending")
    assert "Refund 23.10 USD" in told
    assert f"/archives/C0REFUNDS/p{asked.ts.replace('.', '')}|" in told
    assert run_of(asked) in told
    assert "Nothing you asked for is open." in told
    told = heard(trouble, "riley", "pending")
    assert "Nothing waits for you." in told
    assert "A refund of 23.10 on pi_plain23" in told
    assert trouble.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")
    assert "23.10" not in heard(trouble, "riley", "pending")


def test_show_tells_the_story_of_a_run_in_short(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain23 23.20 show <!here>")
    asked.card()
    waiting = heard(stage, "riley", f"show {run_of(asked)}")
    assert "Waiting for <!subteam^S0LEADS>" in waiting
    assert "Read payment: pi_plain23" in waiting
    assert stage.click(asked.root(), "approve", user="sam")["ok"]
    asked.ended("done")
    done = heard(stage, "riley", f"show `{run_of(asked)}`")
    assert "*Done*" in done
    assert "Approved* by <@U0SAM>" in done
    assert "re_" in done


def test_a_run_is_shown_to_who_asked_who_may_decide_and_in_its_channel_only(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain23 23.30 private")
    asked.card()
    run = run_of(asked)
    assert "23.30" in heard(stage, "morgan", f"show {run}", "#general")
    assert "23.30" in heard(stage, "fiona", f"show {run}", "#refunds")
    assert "not yours to see here" in heard(stage, "fiona", f"show {run}", "#general")
    assert "knows no such request" in heard(stage, "riley", "show run-nowhere")
    assert stage.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def said(sandbox: Sandbox, text: str, user: str = "riley") -> str:
    answer = sandbox.command(text, user=user, command="/signoff")
    assert answer["ok"], answer
    return markup(answer["response"]["blocks"])


def heard(sandbox: Sandbox, user: str, text: str, channel: str = "#refunds") -> str:
    """What the person alone reads after `/signoff TEXT`, markup and all."""

    def act() -> Json:
        return sandbox.command(text, user=user, channel=channel, command="/signoff")

    words = hears(sandbox, user, act)
    return words + "\n" + markup(alone(sandbox, user)[-1]["blocks"])


def run_of(asked: Asked) -> str:
    value: str = buttons(asked.root())["view_reasoning"]["value"]
    return value
