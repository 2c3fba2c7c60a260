import random

import pytest

from devices.boards.frames import Frame
from devices.boards.link_messages import (
    MAX_TEXT_BYTES,
    MESSAGES,
    Ack,
    CloseRating,
    Greet,
    Hello,
    Key,
    MalformedPayload,
    Nak,
    OpenRating,
    Ping,
    Pong,
    Show,
    fitting,
    from_frame,
    to_frame,
)

ONE_OF_EACH = [
    Hello(1, (1, 2, 3), 65535, 16, 255),
    Greet(),
    Show(15, "请A001号到3号窗口", True),
    Show(0, "", False),
    OpenRating(0, 255),
    CloseRating(7),
    Key(3, 0, 5),
    Ping(),
    Pong(4294967295),
    Ack(),
    Nak(5),
]


@pytest.mark.parametrize("message", ONE_OF_EACH, ids=repr)
def test_every_message_comes_back_as_it_was(message):
    assert from_frame(to_frame(message, 9)) == message


def test_no_message_type_is_left_out_above():
    assert {type(m) for m in ONE_OF_EACH} == set(MESSAGES)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(0x55, 1),
        Frame(0x01, 1, bytes((1, 1, 0, 0, 0, 1, 16))),
        Frame(0x01, 1, bytes((1, 1, 0, 0, 0, 1, 0, 0))),
        Frame(0x01, 1, bytes((1, 1, 0, 0, 0, 1, 17, 0))),
        Frame(0x10, 1, b"\x00"),
        Frame(0x10, 1, b"\x00\x00" + b"x" * 121),
        Frame(0x10, 1, b"\x00\x00\xff"),
        Frame(0x11, 1, b"\x00\x00"),
        Frame(0x12, 1, b""),
        Frame(0x20, 1, b"\x00\x00"),
        Frame(0x31, 1, b"\x00\x00\x00"),
        Frame(0x7E, 1, b"\x00"),
        Frame(0x7F, 1, b""),
    ],
    ids=repr,
)
def test_a_content_that_its_kind_cannot_have_is_refused(frame):
    with pytest.raises(MalformedPayload):
        from_frame(frame)


def test_a_later_protocols_longer_hello_is_understood():
    longer = bytes((2, 1, 0, 0, 0, 1, 16, 3, 99))

    assert from_frame(Frame(0x01, 1, longer)) == Hello(2, (1, 0, 0), 1, 16, 3)


@pytest.mark.parametrize("seed", range(50))
def test_any_payload_gives_a_message_or_is_refused(seed):
    rng = random.Random(seed)
    for kind in [m.KIND for m in MESSAGES]:
        try:
            from_frame(Frame(kind, 1, rng.randbytes(rng.randrange(12))))
        except MalformedPayload:
            continue


def test_a_text_that_is_too_long_is_cut_between_two_characters():
    cut = fitting("x" + "窗" * 60)

    assert cut == "x" + "窗" * 39
    assert len(cut.encode()) <= MAX_TEXT_BYTES
    assert fitting("请A001号") == "请A001号"
