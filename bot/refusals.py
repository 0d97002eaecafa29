"""What no listener takes: a payload of another workspace, of a kind unknown here, or that made a listener
fail. Whichever way it came, it is logged by name, and the person who waits for an answer gets one.

A command and a form are answered with the ack, anything else that a person did by a word to them alone. An
event is only logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from pydantic import ValidationError
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot import errors
from bot.answering import tell
from bot.views import modals

# Past this the ack doesn't wait for the word to be said, which goes on meanwhile.
TELL_WITHIN_S = 1.0
NAME_MAX = 80

log = structlog.get_logger()


class AnotherWorkspace(Exception):
    """A payload for an installation of the app in a workspace that is not ours; `team` names it."""

    def __init__(self, team: str | None) -> None:
        super().__init__(team)
        self.team = team


def register(app: AsyncApp, tenant: str) -> None:
    telling: set[asyncio.Task[None]] = set()

    @app.middleware
    async def only_ours(context: AsyncBoltContext, next: Callable[[], Awaitable[None]]) -> None:
        """Bolt reads the installation's workspace from where each kind of payload has it; the person's own
        workspace is the policy's matter."""
        if context.team_id != tenant:
            raise AnotherWorkspace(context.team_id)
        await next()

    @app.error
    async def refuse(
        error: Exception, body: dict[str, Any], context: AsyncBoltContext, response: BoltResponse | None
    ) -> BoltResponse | None:
        """`response` is None where the ack is out already."""
        text = _worded(error, body)
        if response is not None and "command" in body:
            return BoltResponse(status=200, body=text)
        match body.get("type"):
            case "view_submission" if response is not None:
                return _json({"response_action": "update", "view": modals.notice("Not taken", text)})
            case "event_callback" | "view_closed":
                pass
            case str() if context.user_id:
                saying = asyncio.create_task(tell(context, text), name="refusal")
                telling.add(saying)
                saying.add_done_callback(telling.discard)
                await asyncio.wait({saying}, timeout=TELL_WITHIN_S)
            case _ if response is not None:
                return _json({"ok": False, "error": "nobody here listens to this"}, status=404)
        return BoltResponse(status=200, body="") if response is not None else None


def _worded(error: Exception, body: dict[str, Any]) -> str:
    """What the person reads; the log hears more."""
    name = _name(body)
    match error:
        case AnotherWorkspace():
            log.warning("another_workspace", team=str(error.team)[:NAME_MAX], payload=name)
            return errors.ANOTHER_WORKSPACE
        case BoltUnhandledRequestError():
            log.warning("nobody_listens", payload=name)
            return errors.UNKNOWN_KIND
        case ValidationError():
            places = [".".join(map(str, each["loc"])) for each in error.errors()]
            log.error("payload_not_understood", payload=name, at=places)
            return errors.UNKNOWN_KIND
        case _:
            log.error("listener_failed", payload=name, exc_info=error)
            return errors.GONE_WRONG


def _name(body: dict[str, Any]) -> str:
    """`block_actions approve`: a payload by its own words."""
    action = (body.get("actions") or [{}])[0].get("action_id")
    view = (body.get("view") or {}).get("callback_id")
    event = (body.get("event") or {}).get("type")
    kind = body.get("command") or body.get("type")
    words = (kind, action or event or view or body.get("callback_id"))
    return " ".join(str(word)[:NAME_MAX] for word in words if word)


def _json(body: dict[str, Any], status: int = 200) -> BoltResponse:
    return BoltResponse(status=status, body=body)
