"""How long a person looks before they say what they see."""

import asyncio
from contextlib import suppress
from typing import Any

from sandbox.slack.triggers import Trigger
from sandbox.slack.workspace import Workspace

PATIENCE_S = 0.4


async def view_in_front(workspace: Workspace, trigger: Trigger, *, patient: bool) -> dict[str, Any] | None:
    """The modal the interaction opened, as soon as it did; otherwise the person's top modal.

    With `patient`, gives the app PATIENCE_S to open one.
    """
    if patient:
        with suppress(TimeoutError):  # most interactions open nothing
            await asyncio.wait_for(trigger.opened.wait(), PATIENCE_S)
    opened = workspace.modals.find(trigger.view_id) if trigger.view_id else None
    front = opened or workspace.modals.top(trigger.person)
    return front.as_slack() if front else None
