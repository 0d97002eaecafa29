"""An answer after the ack never fails its listener, whatever comes back."""

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from structlog.testing import capture_logs

from bot.answering import tell
from tests.unit.bot.test_slack_client import FOREIGN, Answering, answering

__all__ = ["answering"]

NO_TEXT = (502, "text/html", b"<html>\xff\xfe</html>")


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [NO_TEXT, FOREIGN["a gateway's page"], FOREIGN["a proxy's plain text"]],
)
async def test_a_page_in_no_encoding_or_of_a_proxy_leads_to_the_next_way(
    answering: Answering, status: int, content_type: str, body: bytes
) -> None:
    client = answering(status, content_type, body)
    context = AsyncBoltContext(client=client, response_url=f"{client.base_url}hook", user_id="U1")
    context["channel_id"] = "C1"
    with capture_logs() as logged:
        await tell(context, "x")
    ways = [each["way"] for each in logged if each["event"] == "answer_not_taken"]
    assert ways == ["response_url", "chat.postEphemeral", "direct message"]
    assert logged[-1]["event"] == "person_not_answered"
