"""Open modals, in stacks of at most three a person, and App Homes. Modals live in memory, homes are kept."""

import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.changes import Changes
from sandbox.slack.cast import APP_ID, BOT_ID, TEAM_ID
from sandbox.slack.errors import SlackError
from sandbox.storage import Storage

HOME_PATIENCE_S = 0.4
STACK_MAX = 3
STACKS_MAX = 2000  # of one person: simultaneous windows in a load test, not something a person has

Document = dict[str, Any]


@dataclass
class View:
    """A modal or a home. `spec` is what the app sent (title, blocks, submit, …) with block ids filled in."""

    id: str
    person: str
    spec: Document
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    # What the person has entered so far: block id → action id → state.
    values: Document = field(default_factory=dict)

    def as_slack(self) -> Document:
        spec = self.spec
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "type": spec["type"],
            "blocks": spec["blocks"],
            "private_metadata": spec.get("private_metadata") or "",
            "callback_id": spec.get("callback_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            "title": spec.get("title"),
            "clear_on_close": spec.get("clear_on_close", False),
            "notify_on_close": spec.get("notify_on_close", False),
            "close": spec.get("close"),
            "submit": spec.get("submit"),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": APP_ID,
            "external_id": spec.get("external_id") or "",
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }


class Modals:
    """Each person's stacks of modals, the newest stack last and the top of a stack last."""

    def __init__(self, storage: Storage, changes: Changes) -> None:
        self._storage = storage
        self._changes = changes
        self._stacks: dict[str, list[list[View]]] = {}
        self._views: dict[str, View] = {}
        self._homes: dict[str, View] = {
            person: View(**stored) for person, stored in storage.load("slack.homes").items()
        }

    def open(self, person: str, spec: Document) -> View:
        """Opens a new stack with this view."""
        self._refuse_duplicate(spec)
        view = self._new(person, spec, None)
        stacks = self._stacks.setdefault(person, [])
        stacks.append([view])
        if len(stacks) > STACKS_MAX:
            self._forget(stacks.pop(0))
        self._changes.bump()
        return view

    def push(self, below: View, spec: Document) -> View:
        """Puts a view on top of `below`'s stack; SlackError when it already has three."""
        self._refuse_duplicate(spec)
        stack = self._stack_of(below)
        if len(stack) >= STACK_MAX:
            raise SlackError("push_limit_reached")
        view = self._new(below.person, spec, stack[-1])
        stack.append(view)
        self._changes.bump()
        return view

    def update(self, view: View, spec: Document, expected_hash: str | None = None) -> View:
        """Replaces what the view shows; SlackError if it changed since `expected_hash` was read."""
        if expected_hash is not None and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._refuse_duplicate(spec, but=view)
        view.spec = spec
        view.hash = _new_hash()
        self._changes.bump()
        return view

    def close(self, view: View) -> list[View]:
        """Closes the view and those above it; returns what was closed, the top first."""
        stack = self._stack_of(view)
        closed = stack[stack.index(view) :]
        del stack[stack.index(view) :]
        return self._closed(view.person, stack, closed)

    def close_stack(self, view: View) -> list[View]:
        """Closes the whole stack this view is in."""
        stack = self._stack_of(view)
        closed = [*stack]
        stack.clear()
        return self._closed(view.person, stack, closed)

    def find(self, view_id: str) -> View | None:
        """An open modal or a home by its id."""
        found = self._views.get(view_id)
        return found or next((home for home in self._homes.values() if home.id == view_id), None)

    def find_external(self, external_id: str) -> View | None:
        views = [*self._views.values(), *self._homes.values()]
        return next((view for view in views if view.spec.get("external_id") == external_id), None)

    def top(self, person: str) -> View | None:
        """The modal in front of the person."""
        stacks = self._stacks.get(person)
        return stacks[-1][-1] if stacks else None

    def top_of_stack(self, view: View) -> View:
        return self._stack_of(view)[-1]

    def is_open(self, view: View) -> bool:
        return view.id in self._views

    def open_by_person(self) -> dict[str, list[Document]]:
        """Open modals by person, the one in front last."""
        return {
            person: [view.as_slack() for stack in stacks for view in stack]
            for person, stacks in self._stacks.items()
            if stacks
        }

    def home(self, person: str) -> View | None:
        return self._homes.get(person)

    async def home_after(self, person: str, hash_before: str | None) -> View | None:
        """The person's home once it differs from `hash_before`, or as it is after HOME_PATIENCE_S."""
        deadline_s = time.monotonic() + HOME_PATIENCE_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            home = self._homes.get(person)
            if home is not None and home.hash != hash_before:
                break
            await self._changes.wait_past(self._changes.version, left_s)
        return self._homes.get(person)

    def homes(self) -> dict[str, Document]:
        return {person: view.as_slack() for person, view in self._homes.items()}

    def publish(self, person: str, spec: Document, expected_hash: str | None) -> View:
        """Sets the person's App Home."""
        view = self._homes.get(person)
        if view is None:
            id = _new_id()
            view = self._homes[person] = View(id, person, spec, _new_hash(), root_view_id=id)
        elif expected_hash is not None and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        view.spec = spec
        view.hash = _new_hash()
        self._storage.put("slack.homes", person, asdict(view))
        self._changes.bump()
        return view

    def clear(self) -> None:
        self._stacks.clear()
        self._views.clear()
        self._homes.clear()
        self._storage.clear("slack.homes")
        self._changes.bump()

    def _new(self, person: str, spec: Document, below: View | None) -> View:
        id = _new_id()
        root_view_id = below.root_view_id if below else id
        view = View(id, person, spec, _new_hash(), root_view_id, below.id if below else None)
        self._views[id] = view
        return view

    def _stack_of(self, view: View) -> list[View]:
        for stack in self._stacks.get(view.person, []):
            if view in stack:
                return stack
        raise SlackError("not_found")

    def _closed(self, person: str, stack: list[View], closed: list[View]) -> list[View]:
        if not stack:
            self._stacks[person].remove(stack)
        self._forget(closed)
        self._changes.bump()
        return closed[::-1]

    def _forget(self, views: list[View]) -> None:
        for view in views:
            self._views.pop(view.id, None)

    def _refuse_duplicate(self, spec: Document, but: View | None = None) -> None:
        external_id = spec.get("external_id")
        if external_id and self.find_external(external_id) not in (None, but):
            raise SlackError("duplicate_external_id")


def _new_id() -> str:
    return "V0" + secrets.token_hex(5).upper()


def _new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
