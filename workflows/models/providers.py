"""Providers whose key and prices we know by name.

Any other that `init_chat_model` knows works with what its package reads from the environment, and with a
price that is configured.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """`key_variable` holds the key; `prices` is the provider's name in genai-prices."""

    key_variable: str
    prices: str


PROVIDERS = {
    "anthropic": Provider("ANTHROPIC_API_KEY", "anthropic"),
    "deepseek": Provider("DEEPSEEK_API_KEY", "deepseek"),
    "google_genai": Provider("GOOGLE_API_KEY", "google"),
    "groq": Provider("GROQ_API_KEY", "groq"),
    "mistralai": Provider("MISTRAL_API_KEY", "mistral"),
    "openai": Provider("OPENAI_API_KEY", "openai"),
    "xai": Provider("XAI_API_KEY", "x-ai"),
}
