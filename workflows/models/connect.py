"""From SIGNOFF_MODEL to a model that can be asked, or why not. LangChain's models are imported here alone."""

import re
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from workflows.guardrails.budget import Price
from workflows.models.chat import ChatModel
from workflows.models.prices import known_price
from workflows.models.providers import PROVIDERS
from workflows.models.question import OUTPUT_TOKENS_MAX

# Our own timeout comes first, so that a slow answer is told as what it is.
CLIENT_PATIENCE_S = 5
_NAME = re.compile(r"([a-z][a-z0-9_]{0,39}):([\w./:@-]{1,100})", re.ASCII)


class ModelSettings(BaseModel):
    """`[model]` in signoff.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_s: float = Field(default=20, gt=0, le=120)
    input_usd_per_million: Decimal | None = Field(default=None, ge=0, le=100_000)
    output_usd_per_million: Decimal | None = Field(default=None, ge=0, le=100_000)

    @model_validator(mode="after")
    def _both_or_none(self) -> "ModelSettings":
        if (self.input_usd_per_million is None) != (self.output_usd_per_million is None):
            raise ValueError("a price is input_usd_per_million and output_usd_per_million, both")
        return self

    @property
    def price(self) -> Price | None:
        if self.input_usd_per_million is None or self.output_usd_per_million is None:
            return None
        return Price(self.input_usd_per_million, self.output_usd_per_million)


class ModelUnusable(Exception):
    """The configured model can't be asked. `text` says why, `mend` what to do."""

    def __init__(self, text: str, mend: str) -> None:
        super().__init__(f"{text} {mend}")
        self.text = text
        self.mend = mend


def connect(name: str, key: SecretStr | None, base_url: str | None, settings: ModelSettings) -> ChatModel:
    """Calls nothing yet. `base_url` is for OpenAI's protocol elsewhere. Raises ModelUnusable."""
    named = _NAME.fullmatch(name)
    if named is None:
        raise ModelUnusable(
            f"SIGNOFF_MODEL: {name[:100]!r} does not name a provider and a model.",
            "Write it like openai:gpt-5-mini or anthropic:claude-sonnet-4-5.",
        )
    provider, model = named.groups()
    known = PROVIDERS.get(provider)
    if known is not None and key is None:
        raise ModelUnusable(
            f"{known.key_variable}: is missing, and SIGNOFF_MODEL={name} needs it.", "Set it."
        )
    price = settings.price or (known_price(known.prices, model) if known else None)
    if price is None:
        raise ModelUnusable(
            f"SIGNOFF_MODEL: nobody here knows what {name} costs, so no limit could hold.",
            "Set input_usd_per_million and output_usd_per_million under [model] in signoff.toml.",
        )
    options: dict[str, Any] = {} if key is None else {"api_key": key.get_secret_value()}
    if base_url is not None and provider == "openai":
        options["base_url"] = base_url
    client = _client(name, options, settings.timeout_s + CLIENT_PATIENCE_S)
    return ChatModel(name, client, price, settings.timeout_s)


def _client(name: str, options: dict[str, Any], timeout_s: float) -> Any:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415  without a model nobody waits for it

    provider = name.partition(":")[0]
    try:
        client = init_chat_model(
            name, max_tokens=OUTPUT_TOKENS_MAX, timeout=timeout_s, max_retries=0, **options
        )
    except ImportError:
        package = f"langchain-{provider.replace('_', '-')}"
        raise ModelUnusable(
            f"SIGNOFF_MODEL: {name} needs the package of its provider, which is not installed.",
            f"Run `pip install {package}` in Signoff's environment, as docs/model.md says.",
        ) from None
    except Exception as error:  # noqa: BLE001  each provider's package refuses in classes of its own
        raise ModelUnusable(
            f"SIGNOFF_MODEL: {name} can't be used: {_first_line(error)}",
            "Look at the name of provider and model, and at what the provider's package needs.",
        ) from None
    if OUTPUT_TOKENS_MAX not in (
        getattr(client, "max_tokens", None),
        getattr(client, "max_output_tokens", None),
    ):
        raise ModelUnusable(
            f"SIGNOFF_MODEL: the package of {provider} takes no limit on an answer's tokens.",
            "Reach the model over OpenAI's protocol: SIGNOFF_MODEL=openai:NAME with OPENAI_BASE_URL.",
        )
    return client


def _first_line(error: Exception) -> str:
    """A provider's own words: the reason, without lists and links, and never longer than a line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
