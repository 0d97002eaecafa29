"""auth.test, users.* and usergroups.*: who is who."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.cast import (
    BOT_ID,
    BOT_NAME,
    BOT_USER_ID,
    TEAM_ID,
    TEAM_NAME,
    Group,
    bot_user,
)
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import Document, Method
from sandbox.slack.people import described
from sandbox.slack.workspace import Workspace


def auth_test(workspace: Workspace, _: Arguments) -> Document:
    return {
        "url": f"{workspace.address}/",
        "team": TEAM_NAME,
        "user": BOT_NAME.lower(),
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, arguments: Arguments) -> Document:
    id = arguments.text("user")
    if id == BOT_USER_ID:
        return {"user": bot_user()}
    person = workspace.cast.people.get(id)
    if person is None or person.removed:
        raise SlackError("user_not_found")
    return {"user": described(person)}


def usergroups_list(workspace: Workspace, arguments: Arguments) -> Document:
    groups = [_group(group) for group in workspace.cast.groups.values()]
    if arguments.flag("include_users"):
        for listed, group in zip(groups, workspace.cast.groups.values(), strict=True):
            listed["users"] = workspace.active_members(group)
    return {"usergroups": groups}


def usergroups_users_list(workspace: Workspace, arguments: Arguments) -> Document:
    group = workspace.cast.groups.get(arguments.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": workspace.active_members(group)}


def _group(group: Group) -> Document:
    return {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0,
        "created_by": BOT_USER_ID,
        "user_count": len(group.users),
    }


METHODS = {
    "auth.test": Method(auth_test),
    "users.info": Method(users_info, "users:read"),
    "usergroups.list": Method(usergroups_list, "usergroups:read"),
    "usergroups.users.list": Method(usergroups_users_list, "usergroups:read"),
}
