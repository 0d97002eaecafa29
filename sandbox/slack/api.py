"""The sandbox's Slack: the workspace, the app's side of it over HTTP and WebSocket, and the people's side."""

from collections.abc import Awaitable

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inspector import Inspector
from sandbox.settings import Settings
from sandbox.slack.circumstances import Circumstances
from sandbox.slack.clicks import Clicks
from sandbox.slack.commands import Commands
from sandbox.slack.deliveries import Carrier, Deliveries
from sandbox.slack.events import Events
from sandbox.slack.link import Link
from sandbox.slack.manifest import Manifest
from sandbox.slack.pace import Pace
from sandbox.slack.requests import Requests
from sandbox.slack.response_door import ResponseDoor
from sandbox.slack.submissions import Submissions
from sandbox.slack.web_api import WebApi
from sandbox.slack.workspace import Workspace
from sandbox.storage import Storage


class SlackDouble:
    """Everything of Slack in one place; people act through `commands`, `clicks` and `submissions`."""

    def __init__(
        self,
        settings: Settings,
        storage: Storage,
        clock: Clock,
        faults: Faults,
        changes: Changes,
        inspector: Inspector,
    ) -> None:
        manifest = Manifest.read(settings.manifest)
        self._pace = Pace(settings.messages_per_second, settings.message_burst)
        self.workspace = Workspace(storage, clock, changes, manifest, settings.address)
        self.ack_timeout_s = settings.ack_timeout_s
        self.link = Link(changes, settings.address)
        self._requests = None if settings.bot_port is None else Requests(changes, settings.bot_port)
        self.carrier: Carrier = self._requests or self.link
        self._deliveries = Deliveries(self.carrier, faults, inspector, settings.ack_timeout_s)
        self._events = Events(self.workspace, self._deliveries)
        self.circumstances = Circumstances(self.workspace, self._events)
        self.commands = Commands(self.workspace, self._deliveries, self._events)
        self.clicks = Clicks(self.workspace, self._deliveries)
        self.submissions = Submissions(self.workspace, self._deliveries)
        self._response_urls = ResponseDoor(self.workspace, faults, inspector)
        self._web_api = WebApi(self.workspace, self.link, faults, inspector, self._pace)

    def register(self, app: web.Application) -> None:
        app.router.add_route("*", "/slack/api/{method}", self._web_api.serve)
        app.router.add_get("/slack/link", self.link.serve)
        app.router.add_post("/slack/response/{token}", self._response_urls.serve)
        app.router.add_get("/archives/{channel}/{message}", self._follow_permalink)

    def reset(self, people: int = 1) -> None:
        """A fresh workspace; the app's connections stay as they are."""
        self.workspace.reset(people)
        self._pace.clear()

    def start(self) -> None:
        """To be called in the event loop that serves."""
        if self._requests is not None:
            self._requests.start()

    def cut(self) -> Awaitable[None]:
        """Cuts every way to the app, and forgets what was still to come late."""
        self._deliveries.cancel_late()
        return self.carrier.close_all()

    async def close(self) -> None:
        await self._events.close()
        await self.cut()
        if self._requests is not None:
            await self._requests.stop()

    async def _follow_permalink(self, request: web.Request) -> web.Response:
        """Where a permalink leads: the page, at that channel and thread."""
        channel = self.workspace.cast.channels.get(request.match_info["channel"])
        if channel is None:
            return web.Response(status=404, text="no such channel")
        digits = request.match_info["message"].removeprefix("p")
        thread_ts = request.query.get("thread_ts", f"{digits[:-6]}.{digits[-6:]}")
        place = f"{channel.name}/signoff" if channel.is_direct else f"/{channel.name}"
        raise web.HTTPFound(f"/#{place}/{thread_ts}")
