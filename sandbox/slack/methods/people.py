"""auth.test, users.* and usergroups.*: who is who."""

from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.cast import (
    BOT_ID,
    BOT_NAME,
    BOT_USER_ID,
    TEAM_ID,
    TEAM_NAME,
    Group,
    Person,
    bot_user,
)
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import Document, Method
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
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _user(person)}


def usergroups_list(workspace: Workspace, arguments: Arguments) -> Document:
    groups = [_group(group) for group in workspace.cast.groups.values()]
    if arguments.flag("include_users"):
        for described, group in zip(groups, workspace.cast.groups.values(), strict=True):
            described["users"] = [*group.users]
    return {"usergroups": groups}


def usergroups_users_list(workspace: Workspace, arguments: Arguments) -> Document:
    group = workspace.cast.groups.get(arguments.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": [*group.users]}


def _user(person: Person) -> Document:
    first_name, _, last_name = person.name.partition(" ")
    user: dict[str, Any] = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.handle,
        "deleted": False,
        "real_name": person.name,
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "profile": {
            "title": person.title,
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.handle,
            "display_name_normalized": person.handle,
            "first_name": first_name,
            "last_name": last_name,
            "team": person.team_id,
        },
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.role == "guest",
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }
    if person.role == "outsider":
        user["is_stranger"] = True
    return user


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
