"""What a refund that waits for a person costs on the disk."""

from pathlib import Path

from benchmarks.stock import fill

RUNS = 150
BYTES_MAX = 8 * 1024


async def test_a_waiting_refund_costs_at_most_8_kilobytes_of_disk(tmp_path: Path) -> None:
    """Run, steps, checkpoint, question, record and all that was told of it; an empty file is not its."""
    file = tmp_path / "signoff.db"
    await fill(file, range(0))
    empty = file.stat().st_size
    await fill(file, range(RUNS))
    assert (file.stat().st_size - empty) / RUNS <= BYTES_MAX
