"""Who may talk to the sandbox, and in what language."""

from typing import Any

import pytest

from tests.sandbox.conftest import Place


async def status(place: Place, method: str, path: str, **more: Any) -> int:
    async with place.http.request(method, f"{place.settings.address}{path}", **more) as response:
        return response.status


@pytest.mark.parametrize("path", ["/drive/state", "/drive/stripe", "/page/inspector", "/slack/api/auth.test"])
async def test_a_foreign_host_or_origin_is_refused_everywhere(place: Place, path: str) -> None:
    port = place.settings.port
    assert await status(place, "GET", path) == 200
    assert await status(place, "GET", path, headers={"Host": f"localhost:{port}"}) == 200
    assert await status(place, "GET", path, headers={"Origin": f"http://localhost:{port}"}) == 200
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1:{port + 1}", f"127.0.0.1.evil:{port}"):
        assert await status(place, "GET", path, headers={"Host": host}) == 403
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{port + 1}"):
        assert await status(place, "GET", path, headers={"Origin": origin}) == 403


async def test_the_drive_api_takes_json_only(place: Place) -> None:
    as_form = {"data": '{"advance_s": 1}', "headers": {"Content-Type": "text/plain"}}
    assert await status(place, "POST", "/drive/clock", **as_form) == 415
    assert await status(place, "POST", "/drive/clock", data={"advance_s": "1"}) == 415
    assert (await place.state())["clock"]["offset_s"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/drive/clock", {"advance_s": -1}),
        ("/drive/clock", {}),
        ("/drive/bot", {"action": "explode"}),
        ("/drive/fault", {"target": "slack", "action": "drop"}),
        ("/drive/fault", {"target": "delivery"}),
        ("/drive/click", {"user": "riley", "action_id": "x"}),
        ("/drive/command", {"user": "nobody", "channel": "#refunds", "command": "/refund"}),
        ("/drive/command", {"user": "riley", "channel": "#nowhere", "command": "/refund"}),
        ("/drive/message", {"user": "riley", "channel": "#refunds", "text": "x", "colour": "red"}),
        ("/drive/reset", []),
    ],
)
async def test_a_call_that_makes_no_sense_is_a_bad_request(place: Place, path: str, body: Any) -> None:
    async with place.http.post(f"{place.settings.address}{path}", json=body) as response:
        answer = await response.json()
    assert response.status == 400
    assert answer["ok"] is False
    assert answer["error"]
