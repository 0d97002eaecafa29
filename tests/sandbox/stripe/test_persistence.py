"""The double across a restart of the sandbox: what was refunded stays refunded."""

from pathlib import Path

from tests.sandbox.stripe.bench import open_bench


async def test_refunds_keys_and_attempts_survive_a_restart(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        refund = await bench.refund("pi_plain01", 2500, key="one")
        slow = await bench.refund("pi_bank", 1000)
        before = bench.double.snapshot()
    async with open_bench(tmp_path) as bench:
        assert bench.double.snapshot() == before
        assert (await bench.refund("pi_plain01", 2500, key="one")).id == refund.id
        assert (await bench.charge("ch_plain01")).amount_refunded == 2500
        bench.clock.advance(61)
        assert (await bench.client.v1.refunds.retrieve_async(slow.id)).status == "succeeded"
        assert (await bench.refund("pi_plain01", 100)).id not in {refund.id, slow.id}
        assert [attempt["replayed"] for attempt in bench.attempts()] == [False, False, True, False]


async def test_a_reset_forgets_refunds_keys_and_attempts_for_good(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.refund("pi_plain01", 2500, key="one")
        bench.double.reset()
        assert bench.attempts() == []
        assert bench.refunds_of("pi_plain01") == []
        await bench.refund("pi_plain01", 6450, key="one")
    async with open_bench(tmp_path) as bench:
        assert [refund["amount"] for refund in bench.refunds_of("pi_plain01")] == [6450]
        assert len(bench.attempts()) == 1
