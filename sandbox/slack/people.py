"""A person of the workspace as Slack describes them: https://docs.slack.dev/reference/objects/user-object"""

from typing import Any

from sandbox.slack.cast import Person

Document = dict[str, Any]


def described(person: Person) -> Document:
    """As `users.info` and `user_change` show them."""
    first_name, _, last_name = person.name.partition(" ")
    user: dict[str, Any] = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.handle,
        "deleted": person.deleted,
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
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }
    if person.role == "outsider":
        user["is_stranger"] = True
    return user
