"""Slack's limits, as the views keep them.

Most stand in Block Kit's reference. The limit on a whole message does not: Slack answers
`msg_blocks_too_long` at about 13,200 characters of text, where each block counts about 125 more
(github.com/slackapi/bolt-js, issues 2509 and 2867).
"""

from collections.abc import Iterator
from typing import Any

MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
SECTION_TEXT_MAX = 3000
FIELD_TEXT_MAX = 2000
HEADER_TEXT_MAX = 150
CONFIRM_TEXT_MAX = 300
VIEW_TITLE_MAX = 24
# Slack advises 4,000 for the text beside the blocks, which notifications show.
FALLBACK_TEXT_MAX = 3000

MESSAGE_WEIGHT_MAX = 12_500
_BLOCK_WEIGHT = 125


def weight(blocks: list[dict[str, Any]]) -> int:
    """What a message of these blocks counts against MESSAGE_WEIGHT_MAX."""
    return sum(_BLOCK_WEIGHT + sum(map(len, _texts(block))) for block in blocks)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
        if isinstance(text := node.get("text"), str):
            yield text
