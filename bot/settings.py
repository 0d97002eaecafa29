"""Settings: secrets and addresses from the environment, workflows from `signoff.toml`.

The only file that reads the environment. Whatever is wrong is refused, naming the variable or the file and
key.
"""

import os
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from workflows.models.connect import ModelSettings
from workflows.models.providers import PROVIDERS
from workflows.workflow import WorkflowSettings

SLACK_API = "https://slack.com/api/"
TEST_KEYS = ("sk_test_", "rk_test_")
LIVE_KEYS = ("sk_live_", "rk_live_")
_WEBHOOK_SECRET = re.compile(r"whsec_\S{8,}")
SEAL_KEY_MIN = 32
NO = ("", "0", "false", "no", "off")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """A setting is missing or wrong. The message names it and is meant for a person."""


class StoredSealKey(BaseSettings):
    """Where the key of the record's seals comes from: one, or several with commas, that in use first."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    signoff_home: Path = Path(".signoff")
    signoff_seal_key: SecretStr | None = None

    @property
    def seal_secrets(self) -> tuple[str, ...]:
        whole = self.signoff_seal_key.get_secret_value() if self.signoff_seal_key else ""
        return tuple(each.strip() for each in whole.split(",") if each.strip())


class Environment(StoredSealKey):
    """The environment. The two addresses and the clock file are for the sandbox. Empty means not set."""

    slack_bot_token: SecretStr
    # One of the two, and which one says how Slack reaches the bot: by its HTTP requests, or by a socket.
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = Field(default=None, validate_default=True)
    stripe_api_key: SecretStr
    slack_api_url: str = SLACK_API
    stripe_api_base: str | None = None
    # Set up, Stripe tells of refunds by itself; without it they are only read again now and then.
    stripe_webhook_secret: SecretStr | None = None
    # A live key moves real money, so it takes a second word.
    signoff_allow_live: bool = False
    # So does telling LangSmith what runs are about.
    signoff_allow_tracing: bool = False
    signoff_config: Path = Path("signoff.toml")
    signoff_clock_file: Path | None = None
    signoff_http_host: str = Field(default="127.0.0.1", pattern=r"^[\w.:-]+$")
    signoff_http_port: int = Field(default=3000, ge=1, le=65535)
    # What `init_chat_model` takes, provider first, and where OpenAI's protocol is spoken if not at OpenAI.
    signoff_model: str | None = None
    openai_base_url: str | None = None

    @field_validator("slack_signing_secret")
    @classmethod
    def _not_blank(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().strip():
            raise ValueError("is blank")
        return secret

    @field_validator("slack_app_token")
    @classmethod
    def _one_way_in(cls, app_token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        signing_secret = info.data.get("slack_signing_secret")
        if app_token is None and signing_secret is None:
            raise PydanticCustomError("missing", "is missing")
        if app_token is not None and signing_secret is not None:
            raise ValueError(
                "is set together with SLACK_SIGNING_SECRET; keep the app token for Socket Mode, "
                "or the signing secret for HTTP"
            )
        return app_token

    @property
    def database_file(self) -> Path:
        return self.signoff_home / "signoff.db"

    @property
    def moves_real_money(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(LIVE_KEYS)

    @property
    def in_sandbox(self) -> bool:
        return urlsplit(self.slack_api_url).hostname in LOOPBACK


class Home(StoredSealKey):
    """Where a running Signoff keeps its database and settings: all the reading commands need to know."""

    signoff_config: Path = Path("signoff.toml")

    @property
    def database_file(self) -> Path:
        return self.signoff_home / "signoff.db"


class ModelKeys(BaseSettings):
    """The keys of the providers we know, each under its provider's own name for it."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    anthropic_api_key: SecretStr | None = None
    deepseek_api_key: SecretStr | None = None
    google_api_key: SecretStr | None = None
    groq_api_key: SecretStr | None = None
    mistral_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    xai_api_key: SecretStr | None = None

    def of(self, model: str) -> SecretStr | None:
        """The key for SIGNOFF_MODEL; None where there is none, or its provider isn't one of these."""
        provider = PROVIDERS.get(model.partition(":")[0])
        key: SecretStr | None = getattr(self, provider.key_variable.lower()) if provider else None
        return key


class TracingVariables(BaseSettings):
    """By which LangGraph and LangChain are told to send traces to LangSmith. The last one is an old one."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    langsmith_tracing: str | None = None
    langsmith_tracing_v2: str | None = None
    langchain_tracing: str | None = None
    langchain_tracing_v2: str | None = None
    langchain_handler: str | None = None

    @property
    def asking(self) -> tuple[str, ...]:
        """The names of those that are set to anything but a no."""
        values = self.model_dump().items()
        return tuple(name.upper() for name, value in values if value and value.strip().lower() not in NO)


def forget_tracing_variables() -> None:
    """Takes them out of this process's environment."""
    for name in TracingVariables.model_fields:
        os.environ.pop(name.upper(), None)


class SlackSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # Slack takes about one message a second in a channel, with short bursts:
    # https://docs.slack.dev/apis/web-api/rate-limits
    messages_per_second: float = Field(default=1.0, gt=0, le=1000)
    burst: int = Field(default=30, ge=1, le=1000)
    # As in Slack's own client for Node, whose `serverPingTimeout` is 30 s.
    silence_max_s: float = Field(default=30, ge=1, le=600)
    # Whether requests may be shown where people of other organisations read them.
    shared_channels: bool = False


class Config(BaseModel):
    """`signoff.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slack: SlackSettings = SlackSettings()
    model: ModelSettings = ModelSettings()
    workflows: dict[str, WorkflowSettings] = Field(min_length=1)


def read_environment() -> Environment:
    """Raises SettingsError, which names the variable."""
    try:
        environment = Environment()
    except ValidationError as error:
        raise SettingsError(_named(error, "the environment", upper=True)) from None
    _refuse_what_contradicts(environment)
    return environment


def read_config(file: Path) -> Config:
    """Raises SettingsError, which names the file and the key."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        hint = "Copy signoff.toml.example and adapt it, or set SIGNOFF_CONFIG."
        raise SettingsError(f"{file}: {error.strerror}. {hint}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: not valid TOML: it must be UTF-8") from None
    try:
        return Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from None
    except ValidationError as error:
        raise SettingsError(_named(error, str(file), upper=False)) from None


def _refuse_what_contradicts(environment: Environment) -> None:
    if not environment.stripe_api_key.get_secret_value().startswith(TEST_KEYS + LIVE_KEYS):
        raise SettingsError(
            "STRIPE_API_KEY: a secret or restricted key begins with sk_test_, rk_test_, sk_live_ or "
            "rk_live_, and this one does not."
        )
    if environment.moves_real_money and environment.slack_api_url != SLACK_API:
        raise SettingsError(
            "STRIPE_API_KEY: a live key is refused while SLACK_API_URL is not Slack's own: "
            "with the sandbox's people, no real money moves."
        )
    if environment.moves_real_money and environment.stripe_api_base is not None:
        raise SettingsError("STRIPE_API_BASE: a live key goes to Stripe itself and nowhere else; unset it.")
    if environment.moves_real_money and not environment.signoff_allow_live:
        raise SettingsError(
            "STRIPE_API_KEY: a live key moves real money; set SIGNOFF_ALLOW_LIVE=1 as well if that is meant."
        )
    webhook_secret = environment.stripe_webhook_secret
    if webhook_secret is not None and not _WEBHOOK_SECRET.fullmatch(webhook_secret.get_secret_value()):
        raise SettingsError(
            "STRIPE_WEBHOOK_SECRET: a signing secret begins with whsec_ and goes on without spaces, "
            "and this one does not. It stands in Stripe's Workbench, under Webhooks, at your endpoint."
        )
    secrets = environment.seal_secrets
    if environment.signoff_seal_key and not (secrets and all(len(each) >= SEAL_KEY_MIN for each in secrets)):
        raise SettingsError(
            f"SIGNOFF_SEAL_KEY: takes at least {SEAL_KEY_MIN} characters nobody can guess, such as "
            "`openssl rand -hex 32` makes; unset it, and a file in SIGNOFF_HOME holds one."
        )
    if environment.signoff_clock_file is not None and not environment.in_sandbox:
        raise SettingsError("SIGNOFF_CLOCK_FILE: only the sandbox moves the clock; unset it.")
    if environment.in_sandbox and environment.signoff_model and not _asks_the_stand_in(environment):
        raise SettingsError(
            "SIGNOFF_MODEL: in the sandbox only its own stand-in is asked: name an OpenAI model, such as "
            "openai:gpt-5-mini, and leave OPENAI_BASE_URL to the sandbox."
        )


def _asks_the_stand_in(environment: Environment) -> bool:
    """The sandbox's people and payments go nowhere, and what is tried there costs nothing."""
    is_local = urlsplit(environment.openai_base_url or "").hostname in LOOPBACK
    return is_local and (environment.signoff_model or "").startswith("openai:")


def _named(error: ValidationError, place: str, *, upper: bool) -> str:
    lines = []
    for each in error.errors():
        key = ".".join(str(part) for part in each["loc"]) or "(whole file)"
        problem = "is missing" if each["type"] == "missing" else each["msg"].removeprefix("Value error, ")
        if each["type"] == "extra_forbidden":
            problem = "is not a key Signoff knows"
        lines.append(f"{place}: {key.upper() if upper else key}: {problem}")
    return "\n".join(lines)
