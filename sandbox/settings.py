"""What the sandbox is started with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`command` is the bot to supervise; empty when a bot connects by itself.

    `messages_per_second` and `message_burst` are Slack's pace for `chat.postMessage` in one channel,
    `ack_timeout_s` its patience with an app. With a `bot_port` Slack posts signed requests to the bot there;
    without one the bot opens a socket. With a `webhook_port`, which may be the same, Stripe posts its
    webhooks there.
    """

    port: int
    home: Path
    command: tuple[str, ...] = ()
    page: bool = True
    manifest: Path = Path("manifest.yml")
    messages_per_second: float = 5.0
    message_burst: int = 40
    ack_timeout_s: float = 3.0
    bot_port: int | None = None
    webhook_port: int | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"
