"""Key presses of a scanner that plays a keyboard."""

import random
import string
from collections.abc import Iterator, Sequence

import pytest
from evdev import ecodes

from devices.scanners import keyboard as keys
from devices.scanners.keyboard import SPOILT, InputEvent, Keyboard
from devices.scanners.lines import LineDecoder
from devices.scanners.scan import Dropped, Scan
from devices.scanners.sim_strokes import CODES, SYN, strokes
from tests.devices.fuzzing import Target, corpus, fuzz

TYPED = string.ascii_letters + string.digits + string.punctuation + " "
LOST = InputEvent(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)


def press(*names: str) -> list[InputEvent]:
    """Keys pressed one after the other and let go in reverse."""
    codes = [ecodes.ecodes[name] for name in names]
    down = [InputEvent(ecodes.EV_KEY, code, 1) for code in codes]
    return [*down, SYN, *(InputEvent(ecodes.EV_KEY, code, 0) for code in reversed(codes)), SYN]


def unpacked(stream: bytes) -> list[InputEvent]:
    """Three bytes an event, so that streams of bytes can be thrown at the keyboard: type, code, value."""
    whole = len(stream) // 3 * 3
    return [InputEvent(*stream[at : at + 3]) for at in range(0, whole, 3)]


def packed(events: Sequence[InputEvent]) -> bytes:
    """Without the reports behind each event, which change nothing."""
    return b"".join(bytes(event) for event in events if event != SYN)


def read(pieces: Sequence[bytes]) -> Iterator[Scan | Dropped]:
    yield from LineDecoder().feed(Keyboard().typed(unpacked(b"".join(pieces))))


def test_everything_that_a_us_keyboard_can_type_is_read():
    assert Keyboard().typed(strokes(TYPED + "\r")) == TYPED.encode() + b"\r"


def test_the_drivers_numbers_of_keys_are_the_kernels():
    names = {"SHIFTS": ("KEY_LEFTSHIFT", "KEY_RIGHTSHIFT"), "CONTROLS": ("KEY_LEFTCTRL", "KEY_RIGHTCTRL")}
    names |= {"ENTERS": ("KEY_ENTER", "KEY_KPENTER")}
    names |= {"OTHERS": ("KEY_LEFTALT", "KEY_RIGHTALT", "KEY_LEFTMETA", "KEY_RIGHTMETA")}
    for ours, theirs in names.items():
        assert getattr(keys, ours) == {ecodes.ecodes[name] for name in theirs}
    assert set(CODES) <= {*keys.PLAIN, *keys.ENTERS, *keys.SHIFTS, *keys.CONTROLS}
    assert (keys.EV_SYN, keys.EV_KEY, keys.SYN_DROPPED) == (ecodes.EV_SYN, ecodes.EV_KEY, ecodes.SYN_DROPPED)


def test_the_keypad_types_the_same_with_and_without_shift():
    on_keypad = {f"KEY_KP{digit}": digit for digit in string.digits}
    on_keypad |= {"KEY_KPMINUS": "-", "KEY_KPPLUS": "+", "KEY_KPDOT": ".", "KEY_KPASTERISK": "*", "KEY_KPSLASH": "/"}

    for name, character in on_keypad.items():
        assert Keyboard().typed(press(name)) == character.encode()
        assert Keyboard().typed(press("KEY_LEFTSHIFT", name)) == character.encode()
    assert Keyboard().typed(press("KEY_KPENTER")) == b"\r"


def test_either_shift_counts_and_only_while_it_is_held():
    assert Keyboard().typed([*press("KEY_RIGHTSHIFT", "KEY_A"), *press("KEY_A")]) == b"Aa"


def test_a_key_that_is_held_down_counts_once():
    held = InputEvent(ecodes.EV_KEY, ecodes.KEY_A, 2)
    down, *rest = press("KEY_A")

    assert Keyboard().typed([down, held, held, *rest]) == b"a"


def test_control_keys_type_control_characters_and_some_of_them_end_a_code():
    keyboard, decoder = Keyboard(), LineDecoder()
    gs1 = [*strokes("17"), *press("KEY_LEFTCTRL", "KEY_RIGHTBRACE"), *strokes("10")]
    ends = [press("KEY_LEFTCTRL", "KEY_J"), press("KEY_RIGHTCTRL", "KEY_M")]

    typed = keyboard.typed([*gs1, *ends[0], *gs1, *ends[1]])

    assert typed == b"17\x1d10\n17\x1d10\r"
    assert list(decoder.feed(typed)) == [Scan("1710"), Scan("1710")]
    assert Keyboard().typed(strokes("\x1d")) == b"\x1d"


@pytest.mark.parametrize("modifier", ["KEY_LEFTALT", "KEY_RIGHTALT", "KEY_LEFTMETA"])
def test_a_code_with_characters_of_another_script_is_dropped_and_not_given_with_holes(modifier):
    keyboard, decoder = Keyboard(), LineDecoder()
    events = [*strokes("A"), *press(modifier, "KEY_KP5", "KEY_KP4"), *strokes("B\rgood\r")]

    first, second = decoder.feed(keyboard.typed(events))

    assert isinstance(first, Dropped)
    assert second == Scan("good")


def test_a_code_of_which_the_kernel_lost_a_part_is_dropped_and_shift_is_not_held_for_ever():
    keyboard, decoder = Keyboard(), LineDecoder()
    shift_down = InputEvent(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 1)
    half_report = InputEvent(ecodes.EV_KEY, ecodes.KEY_Z, 1)

    typed = keyboard.typed([*strokes("ab"), shift_down, LOST, half_report, SYN, *strokes("cd\rgood\r")])

    assert typed == b"ab" + SPOILT + b"cd\rgood\r"
    assert [type(found) for found in decoder.feed(typed)] == [Dropped, Scan]


def test_keys_without_a_character_and_other_events_are_passed_over():
    others = [InputEvent(ecodes.EV_MSC, ecodes.MSC_SCAN, 0x70004), InputEvent(ecodes.EV_LED, 0, 1)]

    assert (
        Keyboard().typed([*others, *press("KEY_F8"), *press("KEY_CAPSLOCK"), *press("KEY_LEFTCTRL", "KEY_F8")]) == b""
    )


@pytest.mark.parametrize("seed", range(50))
def test_events_survive_any_chunking(seed):
    rng = random.Random(seed)
    text = "".join(rng.choices(TYPED, k=100))
    events, keyboard, typed = strokes(text), Keyboard(), b""

    while events:
        size = rng.randrange(1, 9)
        typed += keyboard.typed(events[:size])
        events = events[size:]

    assert typed == text.encode()


def test_no_events_break_the_keyboard():
    let_go = packed([InputEvent(1, code, 0) for code in sorted(keys.SHIFTS | keys.CONTROLS | keys.OTHERS)])
    gap = bytes(2) + bytes(SYN) + let_go + packed(strokes("\r"))
    target = Target("scanner_keys", aligned, good=packed(strokes("ok\r")), finds=Scan("ok"), gap=gap)

    assert corpus("scanner_keys")
    assert fuzz(target) > 100_000


def aligned(pieces: Sequence[bytes]) -> Iterator[Scan | Dropped]:
    """The kernel never hands out a part of an event: a wounded stream is read from the good end."""
    stream = b"".join(pieces)
    return read([stream[len(stream) % 3 :]])
