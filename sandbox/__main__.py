"""`python -m sandbox [--port 8700] [--home .signoff] [--no-page] [--deliver http] [--no-webhooks]
-- COMMAND...`"""

import argparse
import asyncio
import errno
import logging
import signal
import socket
import sys
from pathlib import Path

from aiohttp import web

from sandbox.machinery import SANDBOX
from sandbox.server import build
from sandbox.settings import Settings

SHUTDOWN_TIMEOUT_S = 1.0
BACKLOG = 1024
FREE_PORTS = range(20_000, 26_000)


def main() -> int:
    """0 after SIGTERM or SIGINT, 1 when the port is taken."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    return asyncio.run(serve(read_settings(sys.argv[1:])))


def read_settings(arguments: list[str]) -> Settings:
    """Everything after `--` is the bot's command."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", usage=__doc__)
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--home", type=Path, default=Path(".signoff"))
    parser.add_argument("--no-page", dest="page", action="store_false")
    parser.add_argument("--manifest", type=Path, default=Path("manifest.yml"))
    parser.add_argument("--pace", default="5,40", help="messages a second in a channel, and the burst: 5,40")
    parser.add_argument("--deliver", choices=("socket", "http"), default="socket", help="how Slack sends")
    parser.add_argument(
        "--bot-port", type=int, help="where the bot listens: 3000 with --deliver http, else a free one"
    )
    parser.add_argument("--no-webhooks", dest="webhooks", action="store_false", help="Stripe tells nothing")
    parser.add_argument("command", nargs="*")
    given = parser.parse_args(arguments)
    try:
        per_second, burst = given.pace.split(",")
        pace = float(per_second), int(burst)
    except ValueError:
        parser.error(f"--pace takes two numbers such as 5,40, not {given.pace}")
    bot_port = given.bot_port
    if bot_port is None and given.deliver == "http":
        bot_port = 3000
    if bot_port is None and given.webhooks and given.command:
        bot_port = free_port(given.port)
    return Settings(
        port=given.port,
        home=given.home,
        command=tuple(given.command),
        page=given.page,
        manifest=given.manifest,
        messages_per_second=pace[0],
        message_burst=pace[1],
        bot_port=bot_port if given.deliver == "http" else None,
        webhook_port=bot_port if given.webhooks else None,
    )


def free_port(near: int) -> int:
    """A port for the bot, the same for the same sandbox where that can be.

    Below the range from which systems take ports for outgoing connections, so that none of those has it when
    the bot comes back.
    """
    for port in range(FREE_PORTS.start + near % len(FREE_PORTS), FREE_PORTS.stop + len(FREE_PORTS)):
        try:
            listen(port).close()
        except OSError:
            continue
        return port
    raise OSError("no port is free for the bot")


async def serve(settings: Settings) -> int:
    """Serves until a signal says stop. The bot runs only while the port is open."""
    try:
        listener = listen(settings.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.stderr.write(f"Port {settings.port} is taken. Choose another with PORT=, like PORT=8701.\n")
        return 1
    app = build(settings)
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    starting = asyncio.create_task(_announce(app, settings))
    await stop.wait()
    starting.cancel()
    await app[SANDBOX].supervisor.stop()
    await runner.cleanup()
    return 0


def listen(port: int) -> socket.socket:
    """Takes the port before anything stored is touched: another sandbox may be running on it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


async def _announce(app: web.Application, settings: Settings) -> None:
    supervisor = app[SANDBOX].supervisor
    if settings.command:
        outcome = await supervisor.start()
        if not outcome.ready:
            log_file = settings.home / "bot.log"
            tail = "\n".join(supervisor.state()["log_tail"])
            sys.stderr.write(f"The bot did not start ({outcome.error}); see {log_file}:\n{tail}\n")
    sys.stdout.write(f"Signoff sandbox: {settings.address}/\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
