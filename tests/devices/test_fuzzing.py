"""The fuzz itself: a decoder that breaks is found, and one that skips everything is told from one that reads."""

from collections.abc import Iterator, Sequence

import pytest

from tests.devices import fuzzing
from tests.devices.fuzzing import Broke, Target, fuzz

GOOD = b"\x02hello\x03"


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "hello.bin").write_bytes(GOOD)
    monkeypatch.setattr(fuzzing, "CORPUS", tmp_path)


def frames(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """Text between 02 and 03; a second 02 begins anew."""
    text: bytearray | None = None
    for byte in b"".join(pieces):
        if byte == 0x02:
            text = bytearray()
        elif byte == 0x03 and text is not None:
            yield bytes(text)
            text = None
        elif text is not None:
            text.append(byte)


def fragile(pieces: Sequence[bytes]) -> Iterator[str]:
    for frame in frames(pieces):
        yield frame.decode("ascii")


def test_a_sound_decoder_passes_and_is_reached():
    assert fuzz(Target("toy", frames, GOOD, b"hello"), cases=2_000) > 1_000


def test_a_decoder_that_raises_something_else_is_found():
    with pytest.raises(Broke, match="UnicodeDecodeError"):
        fuzz(Target("toy", fragile, GOOD, "hello"), cases=20_000)


def test_a_decoder_that_misses_the_next_good_frame_is_found():
    def deaf(pieces: Sequence[bytes]) -> Iterator[bytes]:
        if b"".join(pieces).count(b"\x02") == 1:
            yield from frames(pieces)

    with pytest.raises(Broke, match="missed"):
        fuzz(Target("toy", deaf, GOOD, b"hello"), cases=2_000)


def test_a_corpus_is_needed(tmp_path):
    with pytest.raises(AssertionError, match="no corpus"):
        fuzz(Target("nobody", frames))
