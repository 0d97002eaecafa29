"""The model, if one is configured: which, at what price, and within what limit. Nothing is asked of it."""

from decimal import Decimal

from bot.doctor.finding import Finding, StartRefused
from bot.settings import Config, Environment, ModelKeys
from workflows.models.chat import ChatModel
from workflows.models.connect import ModelUnusable, connect

NONE = Finding("Model: none is configured, so rules alone assess requests.")


def chosen_model(environment: Environment, config: Config) -> ChatModel | None:
    """None without SIGNOFF_MODEL. Raises StartRefused for one that can't be used."""
    name = environment.signoff_model
    if name is None:
        return None
    try:
        return connect(name, ModelKeys().of(name), environment.openai_base_url, config.model)
    except ModelUnusable as unusable:
        raise StartRefused(Finding(unusable.text, unusable.mend)) from None


def check_model(environment: Environment, config: Config) -> Finding:
    """For `signoff doctor`."""
    try:
        model = chosen_model(environment, config)
    except StartRefused as refused:
        return refused.finding
    if model is None:
        return NONE
    price = model.price
    source = "signoff.toml" if config.model.price else "genai-prices"
    rates = f"{_usd(price.input_usd_per_million)} in and {_usd(price.output_usd_per_million)} out"
    return Finding(f"Model: {model.name}, {rates} a million tokens at most (from {source}).")


def _usd(dollars: Decimal) -> str:
    return f"${dollars.normalize():f}"
