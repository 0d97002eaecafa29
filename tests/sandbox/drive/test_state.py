"""What the drive API shows and keeps: people, messages, the clock, restarts and resets."""

from tests.sandbox.conftest import OpenPlace, Place


async def test_the_cast_is_complete(place: Place) -> None:
    state = await place.state()
    people = {person["handle"]: person for person in state["people"]}
    assert {handle: person["role"] for handle, person in people.items()} == {
        "riley": "requester",
        "morgan": "approver",
        "sam": "approver",
        "fiona": "finance",
        "gus": "guest",
        "olga": "outsider",
    }
    assert people["morgan"]["groups"] == ["S0LEADS"]
    assert people["olga"]["team_id"] == "T0ELSEWHERE"
    channels = {channel["name"]: channel for channel in state["channels"] if not channel["is_direct"]}
    assert "U0GUS" in channels["refunds"]["members"]
    assert "U0GUS" not in channels["general"]["members"]
    assert [command["name"] for command in state["commands"]] == ["/refund", "/signoff"]


async def test_a_reset_leaves_a_fresh_workspace_with_as_many_people_as_asked_for(place: Place) -> None:
    await place.slack.chat_postMessage(channel="C0REFUNDS", text="<@U0SAM>")
    await place.slack.chat_postEphemeral(channel="C0REFUNDS", user="U0SAM", text="x")
    await place.post("/drive/fault", target="slack", action="down")
    await place.post("/drive/clock", advance_s=3600)
    (place.settings.home / "signoff.db").write_text("bot's")
    (place.settings.home / "signoff.db-wal").write_text("bot's")
    assert (await place.post("/drive/reset", people=3))["ok"]
    state = await place.state()
    assert state["messages"] == state["ephemerals"] == state["faults"] == []
    assert state["clock"]["offset_s"] == 0
    handles = [person["handle"] for person in state["people"]]
    assert len(handles) == 6 + 2 * 5
    assert "riley3" in handles
    leads = next(group for group in state["groups"] if group["handle"] == "support-leads")
    assert leads["users"] == ["U0MORGAN", "U0SAM", "U0MORGAN2", "U0MORGAN3"]
    assert not [*place.settings.home.glob("signoff.db*")]
    answer = await place.post("/drive/message", user="riley3", channel="#refunds", text="hello")
    assert answer["ok"]


async def test_what_was_said_survives_a_restart(open_place: OpenPlace) -> None:
    place = await open_place()
    await place.post("/drive/reset", people=2)
    root = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="root"))["ts"]
    await place.slack.chat_postMessage(channel="C0REFUNDS", text="reply", thread_ts=root)
    await place.slack.chat_postEphemeral(channel="C0REFUNDS", user="U0SAM", text="psst")
    await place.slack.views_publish(
        user_id="U0SAM",
        view={"type": "home", "blocks": [{"type": "divider"}]},
    )
    await place.post("/drive/channel", channel="#general", archived=True)
    await place.post("/drive/clock", advance_s=60)
    before = await place.state()

    place = await open_place()
    after = await place.state()
    for kept in ("messages", "ephemerals", "homes", "people", "channels"):
        assert after[kept] == before[kept], kept
    assert after["clock"]["offset_s"] == 60
    newer = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="later", thread_ts=root))["ts"]
    assert newer > before["messages"][-1]["ts"]
    assert (await place.state())["messages"][0]["reply_count"] == 2


async def test_typed_text_is_escaped_and_handles_become_mentions(place: Place) -> None:
    text = "@morgan & @support-leads: <b> <@U0SAM> a@b.example"
    await place.post("/drive/message", user="riley", channel="#refunds", text=text)
    (message,) = (await place.state())["messages"]
    assert message["text"] == "<@U0MORGAN> &amp; <!subteam^S0LEADS>: &lt;b&gt; <@U0SAM> a@b.example"
    assert message["mentions"] == ["U0MORGAN", "U0SAM"]
    assert message["user"] == "U0RILEY"


async def test_people_only_act_where_they_are(place: Place) -> None:
    answer = await place.post("/drive/message", user="gus", channel="#general", text="let me in")
    assert (answer["ok"], answer["error"]) == (False, "not_in_channel")
    missing = await place.post("/drive/click", user="gus", channel="#refunds", ts="1.000000", action_id="x")
    assert (missing["ok"], missing["error"]) == (False, "no_such_message")


async def test_stripe_is_shown_and_its_calls_are_inspected(place: Place) -> None:
    stripe = await place.get("/drive/stripe")
    assert {"payments", "refunds", "attempts"} <= stripe.keys()
    version = (await place.state())["version"]
    url = f"{place.settings.address}/stripe/v1/payment_intents/{stripe['payments'][0]['id']}"
    async with place.http.get(url, headers={"Authorization": "Bearer sk_test_sandbox"}) as response:
        assert response.status == 200
    assert (await place.state())["version"] > version
    last = (await place.get("/page/inspector?since=0"))[-1]
    assert (last["kind"], last["direction"], last["outcome"]) == ("stripe", "from_bot", "200")
    assert "sk_test" not in str(last)


async def test_a_message_is_never_older_than_the_one_before_even_when_the_clock_is(
    open_place: OpenPlace,
) -> None:
    place = await open_place()
    await place.post("/drive/clock", advance_s=3600)
    before = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="from the future"))["ts"]
    (place.settings.home / "clock-offset").unlink()
    place = await open_place()
    after = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="now"))["ts"]
    assert after > before
