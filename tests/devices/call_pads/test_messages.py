import pytest

from devices.call_pads import messages as p
from devices.call_pads.frames import Frame


@pytest.mark.parametrize(("data", "key"), p.KEYS.items(), ids=list(p.KEYS.values()))
def test_every_key_of_a_pad_is_understood(data, key):
    assert p.meaning(Frame(7, 0x01, data)) == p.PadPressed(7, key)


@pytest.mark.parametrize("value", [0, 3, 4, 255])
def test_an_evaluators_key_is_its_value_and_no_level_yet(value):
    assert p.meaning(Frame(7, 0x11, bytes((value,)))) == p.EvaluatorPressed(7, value)


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (0x01, "00020c"),
        (0x01, "050f"),
        (0x01, ""),
        (0x01, "0a"),
        (0x11, ""),
        (0x11, "0001"),
        (0x02, "05"),
        (0x7E, "0c"),
    ],
)
def test_what_nobody_has_written_down_is_unclear_and_never_guessed(command, data):
    """A call with a number typed before it may mean that ticket: it must not call another."""
    assert p.meaning(Frame(7, command, bytes.fromhex(data))) == p.Unclear(7, command, bytes.fromhex(data))


def test_a_pad_gets_its_frame_back_and_an_evaluator_command_01():
    call, key = Frame(1, 0x01, b"\x0c"), Frame(1, 0x11, b"\x02")

    assert p.acknowledgement(call) == call
    assert p.acknowledgement(key) == Frame(1, 0x01, b"\x02")


@pytest.mark.parametrize(
    ("waiting", "ticket", "digits"),
    [
        (12, 23, "000102000203"),
        (None, None, "0a0a0a0a0a0a"),
        (0, None, "0000000a0a0a"),
        (1204, 999, "090909090909"),
        (5, 1000, "0000050a0a0a"),  # "000" would be another ticket's number
    ],
)
def test_numbers_that_do_not_fit_are_not_shown_as_others(waiting, ticket, digits):
    assert p.numbers(1, waiting, ticket).data.hex() == digits


@pytest.mark.parametrize("count", [-1, 6])
def test_there_are_at_most_five_stars(count):
    with pytest.raises(ValueError, match="expected 0 to 5"):
        p.stars(1, count)
