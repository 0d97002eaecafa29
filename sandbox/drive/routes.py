"""The drive API's endpoints. JSON only; each `POST` answers what the person would see."""

import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from functools import partial
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from sandbox.drive.bodies import (
    AppBody,
    BotBody,
    ChannelBody,
    ClickBody,
    ClockBody,
    CloseBody,
    CommandBody,
    DeleteBody,
    DismissBody,
    FaultBody,
    HomeBody,
    MessageBody,
    PersonBody,
    RefundBody,
    ResetBody,
    SubmitBody,
)
from sandbox.drive.delivering import DeliverBody, deliver
from sandbox.drive.state import render_state
from sandbox.machinery import Sandbox
from sandbox.slack.answers import Answer, Impossible
from sandbox.slack.cast import Channel, Person
from sandbox.slack.clicks import Press
from sandbox.stripe.records import Turn

BodyType = TypeVar("BodyType", bound=BaseModel)
Document = dict[str, Any]


class BadRequest(Exception):
    """The call itself makes no sense; answered with status 400."""


class Drive:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._slack = sandbox.slack

    def register(self, app: web.Application) -> None:
        app.router.add_get("/drive/state", self._state)
        app.router.add_get("/drive/stripe", self._stripe)
        app.router.add_get("/drive/model", self._model)
        posts: list[tuple[str, type[Any], Callable[[Any], Awaitable[Document]]]] = [
            ("command", CommandBody, self._command),
            ("click", ClickBody, self._click),
            ("submit", SubmitBody, self._submit),
            ("close", CloseBody, self._close),
            ("message", MessageBody, self._message),
            ("home", HomeBody, self._home),
            ("dismiss", DismissBody, self._dismiss),
            ("channel", ChannelBody, self._channel),
            ("person", PersonBody, self._change_person),
            ("delete", DeleteBody, self._delete),
            ("app", AppBody, self._app),
            ("fault", FaultBody, self._fault),
            ("bot", BotBody, self._bot),
            ("clock", ClockBody, self._clock),
            ("refund", RefundBody, self._refund),
            ("deliver", DeliverBody, partial(deliver, self._slack)),
            ("reset", ResetBody, self._reset),
        ]
        for name, body_type, act in posts:
            app.router.add_post(f"/drive/{name}", _post(body_type, act))

    async def _state(self, _: web.Request) -> web.Response:
        sandbox = self._sandbox
        text = render_state(
            self._slack.workspace, sandbox.supervisor, sandbox.clock, sandbox.faults, sandbox.changes
        )
        return web.Response(text=text, content_type="application/json")

    async def _stripe(self, _: web.Request) -> web.Response:
        return web.json_response(self._sandbox.stripe.snapshot())

    async def _model(self, _: web.Request) -> web.Response:
        return web.json_response(self._sandbox.model.snapshot())

    async def _command(self, body: CommandBody) -> Document:
        person, channel = self._person(body.user), self._channel_named(body.channel)
        return await self._act(person, self._slack.commands.run(person, channel, body.command, body.text))

    async def _click(self, body: ClickBody) -> Document:
        person, clicks = self._person(body.user), self._slack.clicks
        press = Press(body.action_id, body.block_id, body.value, body.selected)
        if body.channel is not None and body.ts is not None:
            channel = self._channel_named(body.channel)
            return await self._act(person, clicks.in_message(person, channel, body.ts, press))
        view = self._slack.workspace.modals.find(body.view_id or "")
        if view is None or view.person != person.id:
            return self._impossible(person, Impossible("view_not_found"))
        return await self._act(person, clicks.in_view(person, view, press, body.values))

    async def _submit(self, body: SubmitBody) -> Document:
        person = self._person(body.user)
        return await self._act(person, self._slack.submissions.submit(person, body.view_id, body.values))

    async def _close(self, body: CloseBody) -> Document:
        person = self._person(body.user)
        return await self._act(person, self._slack.submissions.close(person, body.view_id))

    async def _message(self, body: MessageBody) -> Document:
        person, channel = self._person(body.user), self._channel_named(body.channel)
        return await self._act(person, self._slack.commands.say(person, channel, body.text, body.thread_ts))

    async def _home(self, body: HomeBody) -> Document:
        person = self._person(body.user)
        return await self._act(person, self._slack.commands.open_home(person))

    async def _dismiss(self, body: DismissBody) -> Document:
        person, channel = self._person(body.user), self._channel_named(body.channel)
        messages = self._slack.workspace.messages
        ephemeral = messages.find_ephemeral(channel.id, body.ts)
        if ephemeral is None or ephemeral.user != person.id:
            return self._impossible(person, Impossible("no_such_message"))
        messages.dismiss_ephemeral(ephemeral.ts)
        return Answer(ok=True).body()

    async def _channel(self, body: ChannelBody) -> Document:
        channel = self._channel_named(body.channel)
        self._slack.circumstances.change_channel(
            channel,
            archived=body.archived,
            bot_is_member=body.bot_is_member,
            shared=body.shared,
            share_pending=body.share_pending,
        )
        return {"ok": True, "channel": asdict(channel)}

    async def _change_person(self, body: PersonBody) -> Document:
        groups = None if body.groups is None else [self._group(name) for name in body.groups]
        changed = self._slack.circumstances.change_person(
            self._person(body.user),
            deleted=body.deleted,
            guest=body.guest,
            removed=body.removed,
            groups=groups,
        )
        return {"ok": True, "person": asdict(changed)}

    async def _delete(self, body: DeleteBody) -> Document:
        try:
            self._slack.circumstances.delete_message(self._channel_named(body.channel), body.ts)
        except Impossible as impossible:
            return Answer(ok=False, error=impossible.code).body()
        return Answer(ok=True).body()

    async def _app(self, body: AppBody) -> Document:
        self._slack.circumstances.install(installed=body.installed)
        return {"ok": True, "installed": body.installed}

    async def _fault(self, body: FaultBody) -> Document:
        if body.clear:
            self._sandbox.faults.clear(body.target, body.action, body.method)
        else:
            self._sandbox.faults.add(body.fault())
        self._sandbox.changes.bump()
        return {"ok": True, "faults": [asdict(fault) for fault in self._sandbox.faults.ordered]}

    async def _bot(self, body: BotBody) -> Document:
        supervisor = self._sandbox.supervisor
        act = {
            "kill": supervisor.kill,
            "stop": supervisor.stop,
            "start": supervisor.start,
            "restart": supervisor.restart,
        }
        return asdict(await act[body.action]())

    async def _clock(self, body: ClockBody) -> Document:
        clock = self._sandbox.clock
        clock.advance(body.advance_s)
        self._sandbox.changes.bump()
        return {"ok": True, "offset_s": clock.offset_s, "now": clock.now()}

    async def _refund(self, body: RefundBody) -> Document:
        turn = Turn(self._sandbox.clock.now() + body.after_s, body.status, body.reason)
        refund = self._sandbox.stripe.turn_refund(body.refund, turn)
        if refund is None:
            raise BadRequest(f"no_such_refund: {body.refund}")
        self._sandbox.changes.bump()
        return {"ok": True, "refund": refund}

    async def _reset(self, body: ResetBody) -> Document:
        return asdict(await self._sandbox.reset(body.people, body.payments))

    async def _act(self, person: Person, deed: Coroutine[Any, Any, Answer]) -> Document:
        if not person.is_there:
            deed.close()
            return self._impossible(person, Impossible("user_deactivated"))
        try:
            return (await deed).body()
        except Impossible as impossible:
            return self._impossible(person, impossible)

    def _impossible(self, person: Person, impossible: Impossible) -> Document:
        front = self._slack.workspace.modals.top(person.id)
        shown = front.as_slack() if front else None
        return Answer(ok=False, view=shown, error=impossible.code, more=impossible.more).body()

    def _person(self, name: str) -> Person:
        person = self._slack.workspace.person(name)
        if person is None:
            raise BadRequest(f"no_such_person: {name}")
        return person

    def _group(self, name: str) -> str:
        groups = self._slack.workspace.cast.groups.values()
        handle = name.removeprefix("@")
        found = next((one.id for one in groups if name == one.id or handle == one.handle), None)
        if found is None:
            raise BadRequest(f"no_such_group: {name}")
        return found

    def _channel_named(self, name: str) -> Channel:
        channel = self._slack.workspace.channel(name)
        if channel is None:
            raise BadRequest(f"no_such_channel: {name}")
        return channel


def _post(
    body_type: type[BodyType], act: Callable[[BodyType], Awaitable[Document]]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Parses the body, acts, and answers JSON; what the caller got wrong is 415 or 400."""

    async def serve(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return _refused("content_type_must_be_application_json", 415)
        try:
            body = body_type(**_object(await request.text()))
            return web.json_response(await act(body))
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
            return _refused("; ".join(faults), 400)
        except BadRequest as error:
            return _refused(str(error), 400)

    return serve


def _object(text: str) -> Document:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        raise BadRequest("body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("body is not a JSON object")
    return body


def _refused(error: str, status: int) -> web.Response:
    return web.json_response(Answer(ok=False, error=error).body(), status=status)
