"""Whatever a tablet sends is a message or is refused: damaged texts raise nothing else."""

from collections.abc import Iterator, Sequence

from hall import tablets as t
from tests.devices.fuzzing import Target, fuzz


def read(pieces: Sequence[bytes]) -> Iterator[object]:
    said = t.from_tablet(b"".join(pieces).decode("utf-8", "replace"))  # a WebSocket hands over texts that are UTF-8
    if isinstance(said, t.RateSubmit):
        assert len(f"tablet-{said.rate_id}") <= 64  # it names the command
    yield said


def test_damaged_messages_are_refused_and_nothing_else():
    assert fuzz(Target("tablet", read, may_raise=(t.MalformedMessage,))) > 150_000
