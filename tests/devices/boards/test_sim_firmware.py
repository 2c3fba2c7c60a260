import random

import pytest

from devices.boards.sim_firmware import SimFirmware, crc, stuff, unstuff


class Far:
    """The host's end, by hand."""

    def __init__(self):
        self.board = SimFirmware(self._take)
        self.heard: list[tuple[int, int, bytes]] = []

    def _take(self, frame: bytes) -> None:
        whole = unstuff(frame.strip(b"\x00"))
        assert whole is not None
        assert crc(whole[:-2]) == int.from_bytes(whole[-2:], "big")
        self.heard.append((whole[0], whole[1], whole[2:-2]))

    def say(self, kind: int, seq: int, payload: bytes = b"", now: float = 0.0) -> None:
        body = bytes((kind, seq)) + payload
        self.board.receive(stuff(body + crc(body).to_bytes(2, "big")) + b"\x00", now)


@pytest.fixture
def far():
    return Far()


def test_hello_is_repeated_until_it_is_acknowledged_and_keys_wait_behind_it(far):
    far.board.boot(0.0)
    far.board.press(3, 5, now=0.1)
    far.board.tick(0.25)
    assert [kind for kind, _, _ in far.heard] == [0x01, 0x01]

    far.say(0x7E, far.heard[0][1], now=0.3)

    assert far.heard[-1] == (0x20, 2, bytes((3, 0, 5)))


def test_a_key_that_nobody_acknowledges_is_given_up_and_the_next_one_sent(far):
    far.board.press(0, 1, now=0.0)
    far.board.press(0, 2, now=0.0)
    for step in range(60):
        far.board.tick(step * 0.1)

    keys = [payload[2] for kind, _, payload in far.heard if kind == 0x20]

    assert keys[:11] == [1] * 10 + [2]


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (0x44, b"", 1),
        (0x10, b"\x00", 2),
        (0x12, b"\x00\x00", 2),
        (0x10, b"\x10\x00x", 3),
        (0x10, b"\x00\x00\xff\xfe", 4),
    ],
)
def test_a_command_that_cannot_be_done_is_refused_with_its_reason(far, kind, payload, reason):
    far.say(kind, 8, payload)

    assert far.heard == [(0x7F, 8, bytes((reason,)))]
    assert far.board.texts == [""] * 16


def test_an_endless_piece_takes_no_memory_and_the_next_good_frame_is_found(far):
    far.board.receive(b"\x55" * 100_000, now=0.0)
    assert len(far.board._inbox) < 200

    far.board.receive(b"\x00", now=0.0)
    far.say(0x10, 4, b"\x01\x01ok")

    assert (far.board.texts[1], far.board.bad_frames) == ("ok", 1)


def test_ping_is_answered_with_the_uptime(far):
    far.board.boot(100.0)
    far.say(0x30, 77, now=103.9)

    assert far.heard[-1] == (0x31, 77, b"\x00\x00\x00\x03")


@pytest.mark.parametrize("seed", range(30))
def test_noise_never_raises_and_the_next_good_frame_is_found(far, seed):
    rng = random.Random(seed)

    far.board.receive(rng.randbytes(rng.randrange(600)) + b"\x00", now=0.0)
    far.say(0x10, 4, b"\x01\x01ok")

    assert (far.board.texts[1], far.heard[-1]) == ("ok", (0x7E, 4, b""))
