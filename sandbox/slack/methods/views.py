"""views.*: modals and App Homes."""

from typing import Any, Literal

from sandbox.slack.arguments import Arguments
from sandbox.slack.block_kit.surfaces import complaints_about_view, with_ids
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import Document, Method
from sandbox.slack.workspace import Workspace


def open_view(workspace: Workspace, arguments: Arguments) -> Document:
    trigger = workspace.triggers.usable(arguments.text("trigger_id"))
    view = workspace.modals.open(trigger.person, _view(arguments, "modal"))
    workspace.triggers.use(trigger, view.id)
    return {"view": view.as_slack()}


def push(workspace: Workspace, arguments: Arguments) -> Document:
    """Puts a view on top of the modal the trigger came from."""
    trigger = workspace.triggers.usable(arguments.text("trigger_id"))
    spec = _view(arguments, "modal")
    below = workspace.modals.find(trigger.source_view_id) if trigger.source_view_id else None
    if below is None or not workspace.modals.is_open(below):
        raise SlackError("not_found")
    view = workspace.modals.push(below, spec)
    workspace.triggers.use(trigger, view.id)
    return {"view": view.as_slack()}


def update(workspace: Workspace, arguments: Arguments) -> Document:
    view_id, external_id = arguments.optional_text("view_id"), arguments.optional_text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments")
    modals = workspace.modals
    view = modals.find(view_id) if view_id else modals.find_external(external_id or "")
    if view is None:
        raise SlackError("not_found")
    spec = _view(arguments, view.spec["type"])
    return {"view": modals.update(view, spec, arguments.optional_text("hash")).as_slack()}


def publish(workspace: Workspace, arguments: Arguments) -> Document:
    user_id = arguments.text("user_id")
    if user_id not in workspace.cast.people:
        raise SlackError("user_not_found")
    spec = _view(arguments, "home")
    return {"view": workspace.modals.publish(user_id, spec, arguments.optional_text("hash")).as_slack()}


def checked_view(view: Any, type: Literal["modal", "home"]) -> Document:
    """A view Slack would take, with block ids filled in; SlackError otherwise."""
    complaints = complaints_about_view(view, type)
    if complaints:
        raise SlackError.with_messages("invalid_arguments", complaints)
    return {**view, "blocks": with_ids(view["blocks"])}


def _view(arguments: Arguments, type: Literal["modal", "home"]) -> Document:
    if "view" not in arguments:
        raise SlackError.with_messages("invalid_arguments", ["[ERROR] missing required field: view"])
    return checked_view(arguments.structure("view", "invalid_arguments"), type)


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
