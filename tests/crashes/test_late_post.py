"""A message that arrives at Slack after its sender is dead."""

import time

from tests.harness import Sandbox, until

DELAY_MS = 3000


def test_a_post_that_lands_after_the_restart_is_not_posted_twice(own_sandbox: Sandbox) -> None:
    own_sandbox.fault("slack", "delay", method="chat.postMessage", delay_ms=DELAY_MS)
    assert own_sandbox.command("pi_plain01 25.00 charged twice")["ok"]
    until(lambda: not own_sandbox.state()["faults"], "the post to be on its way")
    began = time.monotonic()
    own_sandbox.kill()
    own_sandbox.start()
    own_sandbox.card("pi_plain01")
    until(lambda: time.monotonic() > began + DELAY_MS / 1000, "the late post to have landed")
    until(
        lambda: "please decide" in own_sandbox.thread(own_sandbox.card("pi_plain01")), "the thread to go on"
    )
    roots = [each for each in own_sandbox.messages() if not each.get("thread_ts")]
    assert len(roots) == 1
