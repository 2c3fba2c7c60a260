import random

import pytest

from devices.boards.frames import Frame, encode
from devices.boards.link import DEADLINE_S, BoardLink, BoardRestarted, CommandRefused, WrongFirmware
from devices.boards.link_messages import CloseRating, Hello, Key, OpenRating, Show, to_frame
from devices.errors import DeviceUnavailable


@pytest.fixture
def link(line):
    link = BoardLink(line, "B01", monotonic=line.monotonic)
    link.greet()
    line.written.clear()
    return link


def test_greeting_tells_what_the_board_is(line):
    hello = BoardLink(line, "B01", monotonic=line.monotonic).greet()

    assert (hello.protocol, hello.boot_count, hello.slots) == (1, 1, 16)


def test_greeting_a_board_of_another_protocol_is_refused(line):
    line.firmware.protocol = 2

    with pytest.raises(WrongFirmware, match="expected protocol 1"):
        BoardLink(line, "B01", monotonic=line.monotonic).greet()


def test_a_text_is_on_the_bar_once_send_returns(link, line):
    link.send(Show(3, "请A001号", flashing=True))

    assert (line.firmware.texts[3], line.firmware.flashing[3]) == ("请A001号", True)
    assert len(line.written) == 1


def test_a_lost_answer_is_asked_for_again(link, line):
    line.unheard = 3

    link.send(Show(3, "请A001号", flashing=False))

    assert line.firmware.texts[3] == "请A001号"
    assert len(line.written) == 4
    assert len(set(line.written)) == 1  # the same sequence number each time


def test_a_late_answer_to_an_earlier_command_does_not_pass_for_the_next_ones(link, line):
    link.send(Show(0, "one", flashing=False))
    line.arrive(encode(Frame(0x7E, 2)))  # the answer to GREET + 1, once more
    line.unheard = 1

    link.send(Show(0, "two", flashing=False))

    assert line.firmware.texts[0] == "two"
    assert line.firmware.commands == 3  # "two" had to be repeated: the old answer did not count


def test_a_silent_board_is_unavailable_within_the_deadline(link, line):
    line.is_cut = True
    before = line.now

    with pytest.raises(DeviceUnavailable, match="B01: no answer to Show"):
        link.send(Show(0, "x", flashing=False))

    assert line.now - before <= DEADLINE_S + 0.1
    assert len(line.written) == 6


def test_a_board_that_babbles_is_unavailable_too(link, line):
    rng = random.Random(1)

    class Babbling:
        def __getattr__(self, name):
            return getattr(line, name)

        def read(self, size: int, /) -> bytes:
            line.now += 0.001
            return rng.randbytes(size)

    babbled_at = BoardLink(Babbling(), "B01", monotonic=line.monotonic)

    with pytest.raises(DeviceUnavailable):
        babbled_at.ping()
    assert babbled_at.poll() == []  # and polling it ends


def test_a_refused_command_is_not_repeated(link, line):
    with pytest.raises(CommandRefused, match="refused CloseRating, reason 3"):
        link.send(CloseRating(16))

    assert len(line.written) == 1


def test_a_busy_board_is_asked_again(link, line):
    line.firmware.busy = 2

    link.send(OpenRating(1, 7))

    assert line.firmware.sessions[1] == 7
    assert len(line.written) == 3


def test_a_restart_in_the_middle_of_a_command_is_reported_and_acknowledged(link, line):
    line.firmware.busy = 100
    line.firmware.boot(line.now)

    with pytest.raises(BoardRestarted, match=r"2\. time"):
        link.send(Show(0, "x", flashing=False))
    line.firmware.busy = 0
    link.send(Show(0, "y", flashing=False))

    assert line.firmware.texts[0] == "y"
    assert link.poll() == []  # HELLO is not repeated any more


def test_a_restart_is_noticed_while_nothing_is_sent(link, line):
    line.firmware.boot(line.now)

    with pytest.raises(BoardRestarted):
        link.poll()


def test_two_restarts_with_the_same_boot_count_are_two(link, line):
    """A board that cannot keep its boot count says the same HELLO each time."""
    for _ in range(2):
        line.firmware.boot_count = 0
        line.firmware.boot(line.now)
        with pytest.raises(BoardRestarted):
            link.poll()


def test_the_first_key_after_each_restart_is_heard_though_it_has_the_same_sequence_number(link, line):
    heard = []
    for _ in range(3):
        line.firmware.boot(line.now)
        with pytest.raises(BoardRestarted):
            link.poll()
        line.firmware.press(0, 5, line.now)
        heard += link.poll()

    assert heard == [Key(0, 0, 5)] * 3


def test_an_answer_to_greet_that_comes_twice_is_no_restart(line):
    line.firmware.deaf_to_acks = 2
    link = BoardLink(line, "B01", monotonic=line.monotonic)
    link.greet()

    assert [link.poll() for _ in range(60)] == [[]] * 60
    assert line.firmware.waiting == 0


def test_a_hello_from_before_does_not_pass_for_the_answer_to_greet(line):
    """Otherwise the board might not have heard GREET and still have ratings open."""
    line.firmware.sessions[0] = 9

    class Late:
        def __getattr__(self, name):
            return getattr(line, name)

        def reset_input_buffer(self) -> None:
            line.arrive(encode(to_frame(Hello(1, (1, 0, 0), 1, 16), 1)))
            line.is_cut = True  # and GREET is lost, once

        def write(self, data: bytes, /) -> None:
            line.write(data)
            line.is_cut = False

    hello = BoardLink(Late(), "B01", monotonic=line.monotonic).greet()

    assert hello.greeted == 1
    assert line.firmware.sessions[0] == 0


def test_a_key_is_heard_once_though_our_acknowledgement_is_lost(link, line):
    line.firmware.sessions[2] = 9
    line.firmware.deaf_to_acks = 3
    line.firmware.press(2, 5, line.now)

    heard = [key for _ in range(60) for key in link.poll()]

    assert heard == [Key(2, 9, 5)]
    assert link.repeated_keys == 3


def test_the_same_key_pressed_twice_is_heard_twice_and_in_order(link, line):
    for key in (5, 5, 1):
        line.firmware.press(0, key, line.now)

    heard = [key.key for _ in range(10) for key in link.poll()]

    assert heard == [5, 5, 1]


def test_a_key_that_comes_while_a_command_waits_is_kept(link, line):
    line.firmware.press(0, 4, line.now)

    link.send(Show(0, "x", flashing=False))

    assert link.keys() == [Key(0, 0, 4)]


def test_keys_are_heard_before_and_after_the_sequence_numbers_begin_again(link, line):
    heard = []
    for number in range(600):
        line.firmware.press(0, number % 200, line.now)
        heard += [key.key for key in link.poll()]
        link.ping()

    assert heard + [k.key for k in link.poll()] == [n % 200 for n in range(600)]


def test_a_frame_with_a_good_crc_and_a_bad_content_is_ignored(link, line):
    line.arrive(encode(Frame(0x20, 9, b"\x01")) + encode(Frame(0x99, 9)))

    assert link.poll() == []
    link.send(Show(0, "x", flashing=False))
    assert line.firmware.texts[0] == "x"


@pytest.mark.parametrize("seed", range(20))
def test_over_a_bad_line_every_bar_ends_up_right_and_no_key_is_doubled(line, seed):
    rng = random.Random(seed)
    link = BoardLink(line, "B01", monotonic=line.monotonic)
    link.greet()
    wanted, pressed, heard = {}, [], []

    for step in range(40):
        line.unheard = rng.choice((0, 0, 1, 2))
        line.firmware.deaf_to_acks = rng.choice((0, 0, 1, 2))
        slot = rng.randrange(16)
        if rng.random() < 0.3 and line.firmware.waiting < 8:
            pressed.append(step)
            line.firmware.press(slot, step, line.now)
        wanted[slot] = f"text {step}"
        link.send(Show(slot, wanted[slot], flashing=False))
        heard += (k.key for k in link.poll())
    heard += [k.key for _ in range(200) for k in link.poll()]

    assert {slot: line.firmware.texts[slot] for slot in wanted} == wanted
    assert heard == pressed
