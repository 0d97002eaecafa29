"""What `signoff doctor` says of the model, and a start in the same words."""

from pathlib import Path

import pytest

from bot.doctor.finding import StartRefused
from bot.doctor.model import check_model, chosen_model
from bot.settings import Config, Environment, ModelKeys

KEYS = [name.upper() for name in ModelKeys.model_fields]
KEY = "sk-proj-0123456789"


def configured(**model: object) -> Config:
    refund = {"channel": "C0REFUNDS", "approvers": {"groups": ["S0LEADS"]}}
    return Config.model_validate({"model": model, "workflows": {"refund": refund}})


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [*KEYS, "SIGNOFF_MODEL", "OPENAI_BASE_URL", "SLACK_SIGNING_SECRET"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in (("SLACK_BOT_TOKEN", "x"), ("SLACK_APP_TOKEN", "x"), ("STRIPE_API_KEY", "sk_test_1")):
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_without_a_model_all_is_well(variables: pytest.MonkeyPatch) -> None:
    assert chosen_model(Environment(), configured()) is None
    finding = check_model(Environment(), configured())
    assert finding.is_right
    assert finding.text == "Model: none is configured, so rules alone assess requests."


def test_a_usable_one_is_named_with_its_price(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("SIGNOFF_MODEL", "openai:gpt-5-mini")
    variables.setenv("OPENAI_API_KEY", KEY)
    finding = check_model(Environment(), configured())
    assert finding.is_right
    said = "Model: openai:gpt-5-mini, $0.25 in and $2 out a million tokens at most (from genai-prices)."
    assert finding.text == said


def test_a_configured_price_is_said_to_be_configured(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("SIGNOFF_MODEL", "openai:stand-in")
    variables.setenv("OPENAI_API_KEY", KEY)
    finding = check_model(Environment(), configured(input_usd_per_million=10, output_usd_per_million="0.5"))
    said = "Model: openai:stand-in, $10 in and $0.5 out a million tokens at most (from signoff.toml)."
    assert finding.text == said


@pytest.mark.parametrize(
    ("model", "key", "says"),
    [
        ("gpt-5-mini", KEY, "does not name a provider"),
        ("openai:gpt-5-mini", None, "OPENAI_API_KEY: is missing"),
        ("openai:stand-in", KEY, "nobody here knows what openai:stand-in costs"),
        ("fireworks:x", KEY, "nobody here knows what fireworks:x costs"),
    ],
)
def test_an_unusable_one_ends_the_start_with_the_doctor_s_line(
    variables: pytest.MonkeyPatch, model: str, key: str | None, says: str
) -> None:
    variables.setenv("SIGNOFF_MODEL", model)
    if key is not None:
        variables.setenv("OPENAI_API_KEY", key)
    finding = check_model(Environment(), configured())
    assert says in finding.text
    assert finding.mend
    with pytest.raises(StartRefused) as refused:
        chosen_model(Environment(), configured())
    assert str(refused.value) == finding.said


@pytest.mark.parametrize("name", KEYS)
def test_each_provider_s_key_is_its_own_and_never_shown(variables: pytest.MonkeyPatch, name: str) -> None:
    variables.setenv(name, KEY)
    provider = {"GOOGLE_API_KEY": "google_genai", "MISTRAL_API_KEY": "mistralai"}.get(
        name, name.removesuffix("_API_KEY").lower()
    )
    found = ModelKeys().of(f"{provider}:x")
    assert found is not None
    assert found.get_secret_value() == KEY
    assert KEY not in repr(ModelKeys())
    assert ModelKeys().of("ollama:x") is None


def test_no_module_of_a_model_is_imported_without_one(tmp_path: Path) -> None:
    """The time to ready is for everyone, a model for a few."""
    import subprocess
    import sys

    code = (
        "import sys, bot.bootstrap;"
        "print([m for m in ('langchain', 'langchain_openai', 'openai', 'genai_prices') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
