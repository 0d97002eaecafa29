"""A bot small enough to supervise: acknowledges `/refund`, and ends badly on `/signoff`."""

import asyncio
import os
import sys

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client)

    @app.command("/refund")
    async def refund(ack: AsyncAck) -> None:
        await ack(f"from {os.getpid()}")

    @app.command("/signoff")
    async def collapse() -> None:
        sys.stderr.write("out of ideas\n")
        sys.stderr.flush()
        os._exit(7)

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.start_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


if __name__ == "__main__":
    asyncio.run(main())
