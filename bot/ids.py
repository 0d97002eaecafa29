"""Every action, callback and block id, in one place."""

from enum import StrEnum


class Action(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    HAPPENED = "happened"
    DO_IT = "do_it"
    REASONING = "view_reasoning"
    CANCEL = "cancel"
    PREVIEW = "preview"
    PREVIOUS = "previous_page"
    NEXT = "next_page"
    OLDEST = "oldest_steps"
    OLDER = "older_steps"
    NEWER = "newer_steps"
    NEWEST = "newest_steps"


class Callback(StrEnum):
    REJECT = "reject_reason"
    HAPPENED = "happened_as"
    REASONING = "reasoning"
    NOTICE = "notice"
    HOME = "home"
    ASK = "ask"


class Block(StrEnum):
    REASON = "reason"
    RECORD = "record"


class Input(StrEnum):
    REASON = "reason_text"
    RECORD = "record_id"
    FIELD = "field"


# What `metadata.event_type` of every message of ours says.
EVENT_TYPE = "signoff_message"
