"""Throws damaged streams at a decoder: from a kept corpus of real ones, by mutation, from a fixed seed.

A case is a damaged stream with a good frame behind it, cut anywhere. The decoder may raise nothing at all, or its own
error type only, and must read the good frame. What broke a decoder once is kept in `corpus/` and thrown at it for ever.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CASES = 200_000
CORPUS = Path(__file__).parent / "corpus"
NASTY = (0x00, 0x01, 0x0A, 0x0D, 0x16, 0x1B, 0x3A, 0x5A, 0x68, 0x7F, 0x80, 0xA5, 0xAA, 0xFD, 0xFE, 0xFF)


@dataclass(frozen=True)
class Target:
    """A decoder to throw streams at.

    Attributes:
        name: of its folder under `corpus/`, which holds real streams (`*.bin`).
        read: takes the pieces of one stream and yields what a fresh decoder finds in them.
        good: a whole good frame, and what the decoder must find in it; `gap` bytes stand before it.
        gap: what a line's silence is to the decoder: bytes that end whatever was begun, e.g. an over-long filler.
        may_raise: its own error types; for parsers of whole messages.
    """

    name: str
    read: Callable[[Sequence[bytes]], Iterator[object]]
    good: bytes = b""
    finds: object = None
    gap: bytes = b""
    may_raise: tuple[type[Exception], ...] = ()


class Broke(AssertionError):
    """A decoder raised what it must not, or missed the good frame; the message holds the stream."""


def fuzz(target: Target, *, cases: int = CASES, seed: int = 1) -> int:
    """Throw `cases` streams, the kept ones first.

    Returns:
        How many streams made the decoder raise its own error or find something: a fuzz that never gets past the
        first byte proves nothing.

    Raises:
        Broke: with the stream in hex, to be kept in `corpus/`.
    """
    rng = random.Random(seed)
    kept = corpus(target.name)
    assert kept, f"no corpus for {target.name}"
    reached = 0
    for number in range(cases):
        stream = kept[number] if number < len(kept) else mutated(rng, kept)
        reached += _throw(target, stream, rng)
    return reached


def corpus(name: str) -> list[bytes]:
    """The kept streams of a decoder, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*.bin"))]


def mutated(rng: random.Random, kept: Sequence[bytes]) -> bytes:
    """A stream nobody sends: one of the kept ones with one to six wounds, or plain noise."""
    if rng.random() < 0.05:
        return rng.randbytes(rng.randrange(64))
    data = bytearray(rng.choice(kept))
    for _wound in range(rng.randint(1, 6)):
        WOUNDS[int(rng.random() * len(WOUNDS))](data, rng, kept)
    return bytes(data)


def cut(stream: bytes, rng: random.Random) -> list[bytes]:
    """The pieces in which a line might bring a stream."""
    if len(stream) < 2 or rng.random() < 0.3:
        return [stream]
    marks = sorted({rng.randrange(1, len(stream)) for _ in range(rng.randint(1, 4))})
    return [stream[a:b] for a, b in zip([0, *marks], [*marks, len(stream)], strict=True)]


def _throw(target: Target, stream: bytes, rng: random.Random) -> bool:
    pieces = cut(stream + target.gap + target.good, rng)
    found: list[object] = []
    try:
        found.extend(target.read(pieces))
    except target.may_raise:
        return True
    except Exception as exc:
        raise Broke(f"{target.name}: {exc!r} at {[piece.hex() for piece in pieces]}") from exc
    if target.good and target.finds not in found:
        raise Broke(f"{target.name}: the good frame was missed after {[piece.hex() for piece in pieces]}")
    return bool(found)


def _flip(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice(NASTY)


def _insert(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.randint(1, 4))


def _delete(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.randint(1, 4)]


def _truncate(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _repeat(data: bytearray, rng: random.Random, _kept: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.randint(1, 16)]


def _splice(data: bytearray, rng: random.Random, kept: Sequence[bytes]) -> None:
    other = rng.choice(kept)
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


WOUNDS = (_flip, _set, _insert, _delete, _truncate, _repeat, _splice)
