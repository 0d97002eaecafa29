"""Trouble that was ordered can be taken back, all of it or one order."""

from tests.sandbox.conftest import Place


async def test_one_order_is_taken_back_and_the_others_stay(place: Place) -> None:
    await place.post("/drive/fault", target="stripe", action="delay", delay_ms=4000)
    await place.post("/drive/fault", target="stripe", action="error", method="refunds.create")
    await place.post("/drive/fault", target="delivery", action="delay", delay_ms=5000)
    cleared = await place.post("/drive/fault", clear=True, target="stripe", action="delay")
    assert [(each["target"], each["action"]) for each in cleared["faults"]] == [
        ("stripe", "error"),
        ("delivery", "delay"),
    ]
    cleared = await place.post("/drive/fault", clear=True, method="refunds.create")
    assert [each["target"] for each in cleared["faults"]] == ["delivery"]
    assert (await place.post("/drive/fault", clear=True))["faults"] == []
