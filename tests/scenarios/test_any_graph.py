"""The example graph, which knows nothing of Signoff: asked for, stopped, decided and finished in Slack."""

from pathlib import Path

from tests.harness import Json, Sandbox, buttons, quick_config, told, until
from tests.scenarios.asking import OVER, hears, literal, markup, signoff

COMMAND = "/vendor-access"


def ask(sandbox: Sandbox, vendor: str, rest: str = "payroll to pay their invoice") -> None:
    answer = sandbox.command(f"{vendor} {rest}", channel="#general", command=COMMAND)
    assert answer["ok"], answer
    assert "On it" in answer["response"]["text"], answer


def root(sandbox: Sandbox, vendor: str) -> Json | None:
    mine = [each for each in sandbox.messages() if vendor in each["text"] and not each.get("thread_ts")]
    return mine[-1] if mine else None


def card(sandbox: Sandbox, vendor: str) -> Json:
    def found() -> Json | None:
        message = root(sandbox, vendor)
        return message if message and "approve" in buttons(message) else None

    return until(found, f"card of {vendor}")


def ended(sandbox: Sandbox, vendor: str, status: str) -> Json:
    def found() -> Json | None:
        message = root(sandbox, vendor)
        return message if message and OVER.search(message["text"]) else None

    message = until(found, f"end of {vendor}")
    assert f"— {status}" in message["text"]
    return message


def test_it_is_asked_for_approved_and_finished_with_a_line_for_each_node(stage: Sandbox) -> None:
    ask(stage, "Acme")
    asked = card(stage, "Acme")
    assert asked["channel"] == "C0GENERAL"
    read = literal(asked["blocks"])
    lines = ("vendor: Acme", "system: payroll", "sensitivity: sensitive", "for days: 7", "reason: ")
    places = [read.replace(": \n", ": ").find(line) for line in lines]
    assert min(places) >= 0
    assert places == sorted(places)  # the graph's own order
    assert "Give Acme access to payroll" in told(asked)
    assert "No rule fired" not in read  # no rule has looked at it
    assert stage.click(asked, "approve")["ok"]
    over = ended(stage, "Acme", "done")
    assert "granted: Acme on payroll for 7 days" in told(over)
    until(lambda: "*Grant*: granted: Acme" in stage.thread(over), "the last node's line")
    for line in ("*Classify*: sensitivity: sensitive; days: 7", "*Review*: approved\\_by: U0MORGAN"):
        assert line.replace("\\", "") in stage.thread(over)


def test_a_rejection_ends_it_with_the_reason_and_nothing_is_granted(stage: Sandbox) -> None:
    ask(stage, "Globex")
    asked = card(stage, "Globex")
    opened = stage.opens("morgan", lambda: stage.click(asked, "reject"))
    assert stage.submit_reason(opened, "unknown to us")["ok"]
    over = ended(stage, "Globex", "rejected")
    assert "unknown to us" in told(over)
    assert "Grant" not in stage.thread(over)


def test_whoever_asks_does_not_decide(stage: Sandbox) -> None:
    ask(stage, "Initech")
    asked = card(stage, "Initech")
    said = hears(stage, "riley", lambda: stage.click(asked, "approve", user="riley"))
    assert "someone else decides" in said
    assert stage.click(asked, "cancel", user="riley")["ok"]
    ended(stage, "Initech", "cancelled")


def test_what_is_missing_is_answered_with_the_usage(stage: Sandbox) -> None:
    answer = stage.command("Umbrella crm", channel="#general", command=COMMAND)
    assert "The reason is missing" in answer["response"]["text"]
    assert "/vendor-access VENDOR SYSTEM REASON" in answer["response"]["text"]


def test_what_people_wrote_is_shown_literally(stage: Sandbox) -> None:
    ask(stage, "<!channel>", "*crm* see <https://example.com|this>")
    asked = card(stage, "&lt;!channel&gt;")
    assert "<!channel>" in literal(asked["blocks"])
    assert "<!channel>" not in markup(asked["blocks"])
    assert stage.click(asked, "cancel", user="riley")["ok"]
    ended(stage, "&lt;!channel&gt;", "cancelled")


def test_a_kill_while_it_waits_and_another_right_after_the_click_lose_nothing(own_sandbox: Sandbox) -> None:
    ask(own_sandbox, "Hooli")
    asked = card(own_sandbox, "Hooli")
    own_sandbox.kill()
    own_sandbox.start()
    assert own_sandbox.click(asked, "approve")["ok"]
    own_sandbox.kill()
    own_sandbox.start()
    over = ended(own_sandbox, "Hooli", "done")
    assert "granted: Hooli on payroll for 7 days" in told(over)
    assert signoff("verify", home=own_sandbox.home).returncode == 0


def test_a_graph_that_can_not_be_used_is_said_at_start_with_its_file_and_key(tmp_path: Path) -> None:
    config = quick_config(tmp_path, graph='"examples.vendor_access:nothing"')
    refused = signoff("manifest", SIGNOFF_CONFIG=str(config))
    assert refused.returncode != 0
    said = f"{config}: workflows.vendor-access.graph: examples.vendor_access:nothing: "
    assert f"{said}examples.vendor_access has no nothing" in refused.stderr


def test_the_command_alone_opens_a_form_made_from_the_input_schema(stage: Sandbox) -> None:
    view = stage.opens("riley", lambda: stage.command("", channel="#general", command=COMMAND))["view"]
    assert view["title"]["text"] == "Vendor access"
    assert [each["label"]["text"] for each in view["blocks"]] == ["Vendor", "System", "Reason"]
    typed = {"vendor": "Wayne Enterprises", "system": "staging", "reason": "a demo"}
    values = {
        each["block_id"]: {each["element"]["action_id"]: typed[each["block_id"]]} for each in view["blocks"]
    }
    assert stage.post("submit", user="riley", view_id=view["id"], values=values)["ok"]
    assert stage.click(card(stage, "Wayne Enterprises"), "approve", user="sam")["ok"]
    over = ended(stage, "Wayne Enterprises", "done")
    assert "granted: Wayne Enterprises on staging for 90 days" in told(over)
