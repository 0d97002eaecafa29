"""slack_sdk's client, for whom every answer is either Slack's or a SlackApiError.

As it comes, slack_sdk raises an AttributeError for a page of plain text, and an error without an answer for
a JSON body that is cut: a proxy between us and Slack sends either. And a yes without what was asked for is
none: nobody is taken for gone, and no message for posted, on an answer that does not say so.
"""

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import UNREADABLE

# What a yes has to hold, for the methods of which we read something.
ESSENTIAL: Mapping[str, Mapping[str, type]] = {
    "auth.test": {"team_id": str},
    "chat.postMessage": {"channel": str, "ts": str},
    "conversations.history": {"messages": list},
    "conversations.info": {"channel": dict},
    "conversations.open": {"channel": dict},
    "conversations.replies": {"messages": list},
    "usergroups.users.list": {"users": list},
    "users.info": {"user": dict},
}


class SlackClient(AsyncWebClient):
    """Raises SlackApiError for a no or an unreadable answer, aiohttp's errors for none.

    `heard` is told the headers of Slack's answers: its clock stands in them, and a proxy's in a proxy's.
    """

    def __init__(self, *, heard: Callable[[Mapping[str, Any]], None] | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._heard = heard

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        """Where slack_sdk has received an answer and not judged it yet."""
        try:
            answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=req_args)
        except SlackApiError as error:
            received: aiohttp.ClientResponse = error.response
            answer = {"data": None, "headers": received.headers, "status_code": received.status}
        except UnicodeDecodeError as error:
            raise aiohttp.ClientPayloadError(f"no text: {error.reason}") from None
        if not _is_whole(api_url.rpartition("/")[2], answer["data"]):
            answer["data"] = {"ok": False, "error": UNREADABLE}
        elif self._heard is not None:
            self._heard(answer["headers"])
        return answer


def _is_whole(method: str, data: object) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
        return False
    needed = ESSENTIAL.get(method, {}) if data["ok"] else {}
    return all(isinstance(data.get(name), kind) for name, kind in needed.items())
