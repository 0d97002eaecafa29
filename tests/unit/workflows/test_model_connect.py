"""A model is taken with a known price and a key, or refused with the reason and the mend."""

from decimal import Decimal

import pytest
from pydantic import SecretStr, ValidationError

from workflows.guardrails.budget import Price
from workflows.models.connect import ModelSettings, ModelUnusable, connect
from workflows.models.prices import known_price
from workflows.models.providers import PROVIDERS
from workflows.models.question import OUTPUT_TOKENS_MAX

KEY = SecretStr("sk-0123456789")
PLAIN = ModelSettings()
PRICED = ModelSettings.model_validate({"input_usd_per_million": 1, "output_usd_per_million": "2.5"})


def refused(name: str, key: SecretStr | None = KEY, settings: ModelSettings = PLAIN) -> str:
    with pytest.raises(ModelUnusable) as unusable:
        connect(name, key, None, settings)
    assert unusable.value.mend
    assert "0123456789" not in str(unusable.value)
    return str(unusable.value)


def test_a_model_is_made_without_calling_it_and_within_bounds() -> None:
    model = connect("openai:gpt-5-mini", KEY, "http://127.0.0.1:9/v1", PLAIN)
    client = model.client
    assert getattr(client, "max_tokens", None) == OUTPUT_TOKENS_MAX
    assert getattr(client, "max_retries", None) == 0
    assert getattr(client, "request_timeout", 0) > model.timeout_s == 20
    assert model.price == Price(Decimal("0.25"), Decimal(2))


@pytest.mark.parametrize(
    "name",
    ["", "gpt-5-mini", ":", "openai:", "OpenAI:gpt-5", "openai:gpt 5", "openai:x\n", "a" * 500, "open ai:x"],
)
def test_a_name_that_is_none_is_refused_with_an_example(name: str) -> None:
    assert "openai:gpt-5-mini" in refused(name)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_key_is_named(provider: str) -> None:
    assert refused(f"{provider}:x", None).startswith(f"{PROVIDERS[provider].key_variable}: is missing")


@pytest.mark.parametrize("name", ["openai:stand-in", "nowhere:x", "bedrock:anything"])
def test_an_unknown_price_is_refused_with_the_settings_that_mend_it(name: str) -> None:
    said = refused(name)
    assert name in said
    assert "input_usd_per_million and output_usd_per_million" in said


def test_a_configured_price_goes_before_a_known_one() -> None:
    assert connect("openai:stand-in", KEY, None, PRICED).price == Price(Decimal(1), Decimal("2.5"))
    assert connect("openai:gpt-5-mini", KEY, None, PRICED).price == Price(Decimal(1), Decimal("2.5"))


def test_a_package_that_is_not_installed_is_named() -> None:
    assert "pip install langchain-fireworks" in refused("fireworks:x", None, PRICED)


def test_a_provider_nobody_knows_is_refused() -> None:
    assert "nowhere:x can't be used" in refused("nowhere:x", None, PRICED)


@pytest.mark.parametrize(
    "table",
    [
        {"input_usd_per_million": 1},
        {"output_usd_per_million": 1},
        {"input_usd_per_million": -1, "output_usd_per_million": 1},
        {"input_usd_per_million": "x", "output_usd_per_million": 1},
        {"timeout_s": 0},
        {"timeout_s": 121},
        {"temperature": 1},
    ],
)
def test_wrong_settings_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(table)


class TestPrices:
    def test_a_known_model_has_its_price(self) -> None:
        assert known_price("openai", "gpt-5-mini") == Price(Decimal("0.25"), Decimal(2))

    def test_of_tiers_and_of_what_is_written_to_a_cache_the_dearest_counts(self) -> None:
        # 3 and 15 at first, 6 and 22.5 for long texts, and 12 to write an hour's cache of one.
        assert known_price("anthropic", "claude-sonnet-4-5") == Price(Decimal(12), Decimal("22.5"))

    def test_of_prices_by_the_hour_the_dearest_counts(self) -> None:
        assert known_price("deepseek", "deepseek-chat") == Price(Decimal("0.27"), Decimal("1.1"))

    @pytest.mark.parametrize(
        ("provider", "model"), [("openai", "stand-in"), ("nowhere", "gpt-5-mini"), ("openai", "")]
    )
    def test_an_unknown_one_has_none(self, provider: str, model: str) -> None:
        assert known_price(provider, model) is None

    def test_an_embedding_s_price_is_none_for_an_answer(self) -> None:
        assert known_price("openai", "text-embedding-3-small") is None
