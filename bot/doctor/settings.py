"""Environment and signoff.toml: what was refused, with where a missing value is found."""

from collections.abc import Sequence

from bot.doctor.finding import Finding, StartRefused
from bot.manifest import EVENTS_PATH
from bot.settings import Environment, SettingsError

_WHERE = {
    "SLACK_BOT_TOKEN": (
        "In your Slack app, under OAuth & Permissions: the Bot User OAuth Token, which begins with xoxb-."
    ),
    "SLACK_APP_TOKEN": (
        "In your Slack app, under Basic Information, App-Level Tokens: one with the scope connections:write; "
        "it begins with xapp-. Or, for HTTP instead of Socket Mode, set SLACK_SIGNING_SECRET."
    ),
    "STRIPE_API_KEY": "In Stripe's dashboard, under API keys: a restricted key as docs/stripe.md describes.",
}
_CORRECT = "Correct it; `signoff doctor` looks again."


def refused(error: SettingsError) -> Sequence[Finding]:
    """A finding for each line of the refusal."""
    if isinstance(error, StartRefused):
        return [error.finding]
    return [Finding(_sentence(line), _mend(line)) for line in str(error).splitlines()]


def nature(environment: Environment) -> Finding:
    """Sandbox or real, said first and plainly."""
    if environment.in_sandbox:
        return Finding(
            "Sandbox: Slack and Stripe are stand-ins on this machine, and nothing real is touched."
        )
    if environment.moves_real_money:
        return Finding("Real Slack and a live Stripe key: approved refunds move real money.")
    return Finding("Real Slack and a Stripe test key: no money moves.")


def over_http(environment: Environment) -> Finding:
    address = f"http://{environment.signoff_http_host}:{environment.signoff_http_port}{EVENTS_PATH}"
    return Finding(f"Slack signing secret: Slack's requests are taken at {address}.")


def address_taken(environment: Environment, error: OSError) -> Finding:
    address = f"{environment.signoff_http_host}:{environment.signoff_http_port}"
    return Finding(
        f"SIGNOFF_HTTP_PORT: {address} can't be listened on: {error.strerror}.",
        "Free it, or set SIGNOFF_HTTP_HOST and SIGNOFF_HTTP_PORT to an address of this machine.",
    )


def _mend(line: str) -> str:
    for name, where in _WHERE.items():
        if f"{name}: is missing" in line:
            return where
    # What refuses a combination or a file says itself what to do.
    return _CORRECT


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?")) else f"{line}."
