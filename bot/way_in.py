"""How the bot is reached: by Slack over a socket that we open or over signed HTTP, by Stripe over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor import slack_tokens
from bot.doctor.finding import StartRefused
from bot.doctor.settings import address_taken
from bot.envelopes import take_what_is_known
from bot.http import Door, HttpServer
from bot.settings import Environment, SettingsError, SlackSettings
from bot.silence import listen_for_silence, replace_silent_sockets
from bot.slack_over_http import slack_door


@asynccontextmanager
async def reachable(
    environment: Environment,
    settings: SlackSettings,
    app: AsyncApp,
    client: AsyncWebClient,
    socket_http: Callable[..., aiohttp.ClientSession],
    doors: Sequence[Door],
) -> AsyncIterator[None]:
    """Entered when clicks are taken. `doors` are those of other services than Slack; one server has them all.
    `socket_http` makes the session that a socket is opened with.

    Raises StartRefused when Slack or this machine won't have it.
    """
    async with AsyncExitStack() as open_ways:
        match environment.slack_app_token, environment.slack_signing_secret:
            case SecretStr() as token, None:
                if doors:
                    await open_ways.enter_async_context(_over_http(environment, doors))
                await open_ways.enter_async_context(
                    _over_a_socket(token, settings.silence_max_s, app, client, socket_http)
                )
            case None, SecretStr() as secret:
                slack = slack_door(app, secret.get_secret_value())
                await open_ways.enter_async_context(_over_http(environment, [slack, *doors]))
            case _:
                raise SettingsError("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: one of them, and not both.")
        yield


@asynccontextmanager
async def _over_http(environment: Environment, doors: Sequence[Door]) -> AsyncIterator[None]:
    server = HttpServer(doors)
    try:
        await _listen(server, environment)
        yield
    finally:
        await server.stop()


async def _listen(server: HttpServer, environment: Environment) -> None:
    try:
        await server.start(environment.signoff_http_host, environment.signoff_http_port)
    except OSError as error:
        raise StartRefused(address_taken(environment, error)) from None


@asynccontextmanager
async def _over_a_socket(
    token: SecretStr,
    silence_max_s: float,
    app: AsyncApp,
    client: AsyncWebClient,
    socket_http: Callable[..., aiohttp.ClientSession],
) -> AsyncIterator[None]:
    """Slack's client would ask again for ever with a token that Slack refuses, so it is asked once before."""
    finding = await slack_tokens.check_app_token(client, token.get_secret_value())
    if not finding.is_right:
        raise StartRefused(finding)
    socket = AsyncSocketModeHandler(app, token.get_secret_value(), web_client=client)
    take_what_is_known(socket)
    await listen_for_silence(socket.client, socket_http)
    try:
        await socket.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare
        watching = asyncio.create_task(replace_silent_sockets(socket.client, silence_max_s), name="watchdog")
        try:
            yield
        finally:
            watching.cancel()
    finally:
        await socket.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare
