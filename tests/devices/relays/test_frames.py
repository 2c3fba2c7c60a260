"""What goes over the line to relay boards and back."""

import random

import pytest

from devices.relays import lcus
from devices.relays.modbus_frames import (
    READ_COILS,
    READ_INPUTS,
    Bits,
    Refused,
    ReplyDecoder,
    Written,
    read_bits,
    sealed,
    write_coil,
)
from devices.relays.sim_relays import SimLcus, SimModbusRelay
from tests.devices.fuzzing import Target, cut, fuzz

ADDRESS = 0xFE
SWITCHED_ON = bytes.fromhex("FE050000FF009835")
LONGEST_REPLY = 3 + 4 + 2


def read(pieces):
    decoder = ReplyDecoder(ADDRESS)
    for piece in pieces:
        yield from decoder.feed(piece)


@pytest.mark.parametrize(("on", "frame"), [(True, "A00101A2"), (False, "A00100A1")])
def test_lcus_vectors(on, frame):
    assert lcus.encode(1, on=on) == bytes.fromhex(frame)


@pytest.mark.parametrize(
    ("frame", "vector"),
    [
        (write_coil(0xFE, 0, on=True), "FE050000FF009835"),
        (write_coil(0xFE, 0, on=False), "FE0500000000D9C5"),
        (write_coil(0xFE, 1, on=True), "FE050001FF00C9F5"),
        (write_coil(0x01, 0, on=True), "01050000FF008C3A"),
        (write_coil(0x01, 0, on=False), "010500000000CDCA"),
        (read_bits(0xFE, READ_COILS, 4), "FE010000000429C6"),
        (read_bits(0xFE, READ_INPUTS, 4), "FE02000000046DC6"),
    ],
)
def test_modbus_vectors(frame, vector):
    assert frame == bytes.fromhex(vector)


def test_every_reply_is_read():
    stream = SWITCHED_ON + sealed(b"\xfe\x02\x01\x05") + sealed(b"\xfe\x85\x02")

    written, bits, refused = read([stream])

    assert written == Written(0, on=True)
    assert bits == Bits(READ_INPUTS, (True, False, True, *[False] * 5))
    assert (refused, refused.meaning) == (Refused(5, 2), "no such channel")


def test_damaged_replies_and_other_boards_replies_are_skipped():
    damaged = SWITCHED_ON[:-1] + b"\x00"
    stranger = sealed(b"\x07\x05\x00\x00\xff\x00")
    neither_on_nor_off = sealed(b"\xfe\x05\x00\x00\x12\x34")

    assert list(read([damaged + stranger + neither_on_nor_off + SWITCHED_ON])) == [Written(0, on=True)]


@pytest.mark.parametrize("seed", range(20))
def test_replies_survive_any_chunking(seed):
    rng = random.Random(seed)
    channels = [rng.randrange(4) for _ in range(30)]
    stream = b"".join(write_coil(ADDRESS, channel, on=True) for channel in channels)

    assert list(read(cut(stream, rng))) == [Written(channel, on=True) for channel in channels]


def test_fuzz_modbus_replies():
    target = Target("modbus_reply", read, SWITCHED_ON, Written(0, on=True), gap=bytes(LONGEST_REPLY))
    assert fuzz(target) > 100_000


def switchings(board):
    def heard(pieces):
        sim = board()
        for piece in pieces:
            sim.receive(piece, lambda _data: None)
        yield from sim.history

    return heard


def test_fuzz_the_simulated_modbus_board():
    target = Target("modbus_request", switchings(SimModbusRelay), SWITCHED_ON, (1, True), gap=bytes(8))
    assert fuzz(target) > 100_000


def test_fuzz_the_simulated_lcus_board():
    target = Target("lcus", switchings(SimLcus), bytes.fromhex("A00101A2"), (1, True), gap=bytes(4))
    assert fuzz(target) > 100_000
