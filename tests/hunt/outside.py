"""The world outside: a sandbox with no bot under it, whose Stripe and clock the hunt uses."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.harness import ROOT, Json, Sandbox, free_port, until

API_KEY = "sk_test_sandbox"


class Outside(Sandbox):
    """Its drive API, and Stripe's own for what happens there without Signoff."""

    @property
    def stripe_url(self) -> str:
        return f"{self.url}/stripe"

    @property
    def clock_file(self) -> Path:
        return self.home / "clock-offset"

    def advance(self, seconds: float) -> None:
        assert self.post("clock", advance_s=seconds)["ok"]

    def refund_by_hand(self, payment: str, cents: int) -> None:
        """Somebody else refunds it, unless Stripe won't."""
        form = {"payment_intent": payment, "amount": str(cents)}
        headers = {"Authorization": f"Bearer {API_KEY}"}
        with suppress(httpx.TransportError):  # it fails them, too, when it was told to
            self._http.post("/stripe/v1/refunds", data=form, headers=headers)

    def made(self) -> list[Json]:
        """Every refund that Signoff made."""
        return [each for each in self.stripe()["refunds"] if "signoff_run" in each["metadata"]]


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    port, home = free_port(), folder / "home"
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", str(port), "--home", str(home), "--no-page"],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        found = Outside(port, home, process.pid, 0)
        try:
            until(lambda: _answers(found), "the sandbox", wait_s=60)
            yield found
        finally:
            found.close()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _answers(found: Outside) -> bool:
    try:
        return bool(found.state())
    except httpx.TransportError:
        return False
