"""`GET /drive/state`: everything there is to see in the workspace, as JSON text."""

import json
from dataclasses import asdict
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.slack.cast import BOT_NAME, BOT_USER_ID, TEAM_ID
from sandbox.slack.workspace import Workspace
from sandbox.supervisor import Supervisor


def render_state(
    workspace: Workspace, supervisor: Supervisor, clock: Clock, faults: Faults, changes: Changes
) -> str:
    """Messages are most of it: each is rendered once and kept as text until it changes."""
    head = {
        "version": changes.version,
        "team": {"id": TEAM_ID},
        "people": _people(workspace),
        "groups": [asdict(group) for group in workspace.cast.groups.values()],
        "channels": [
            asdict(channel) | {"is_direct": channel.is_direct} for channel in workspace.cast.channels.values()
        ],
        "messages_tab_read_only": workspace.manifest.messages_tab_read_only,
        "installed": workspace.installed,
        "commands": [asdict(command) for command in workspace.manifest.commands.values()],
        "ephemerals": workspace.messages.ephemerals(),
        "views": workspace.modals.open_by_person(),
        "homes": workspace.modals.homes(),
        "bot": supervisor.state() | {"user_id": BOT_USER_ID, "name": BOT_NAME},
        "clock": {"offset_s": clock.offset_s, "now": clock.now()},
        "faults": [asdict(fault) for fault in faults.ordered],
    }
    messages = ",".join(workspace.messages.rendered())
    return f'{json.dumps(head)[:-1]}, "messages": [{messages}]}}'


def _people(workspace: Workspace) -> list[dict[str, Any]]:
    """`seeded_groups` are those of a fresh workspace, so that a change can be seen and undone."""
    groups = workspace.cast.groups.values()
    seeded = workspace.seeded_groups.values()
    return [
        asdict(person)
        | {
            "team_id": person.team_id,
            "direct_channel": person.direct_channel,
            "groups": [group.id for group in groups if person.id in group.users],
            "seeded_groups": [group.id for group in seeded if person.id in group.users],
        }
        for person in workspace.cast.people.values()
    ]
