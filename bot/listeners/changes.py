"""Slack tells that people, groups, channels or the installation changed: hints, acked, then looked into."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.payloads import ChannelChange, PersonChange
from bot.watch import Watch


def register(app: AsyncApp, watch: Watch) -> None:
    @app.event("user_change")
    async def person(event: dict[str, Any]) -> None:
        await watch.person_changed(PersonChange.model_validate(event).user.id)

    @app.event("subteam_members_changed")
    @app.event("subteam_updated")
    async def group() -> None:
        watch.groups_changed()

    @app.event("channel_archive")
    @app.event("channel_deleted")
    @app.event("channel_left")
    @app.event("channel_shared")
    @app.event("group_archive")
    @app.event("group_deleted")
    @app.event("group_left")
    async def channel(event: dict[str, Any]) -> None:
        await watch.channel_changed(ChannelChange.model_validate(event).channel)

    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    async def uninstalled() -> None:
        watch.uninstalled()
