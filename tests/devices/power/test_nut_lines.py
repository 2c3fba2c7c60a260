"""Lines of NUT's protocol, and what a UPS's variables mean."""

import random

import pytest

from devices.power.nut_lines import (
    LONGEST_LINE,
    LineDecoder,
    ListBegins,
    ListEnds,
    Nonsense,
    Refused,
    Variable,
    parse,
    power_state,
)
from devices.power.state import Mains, PowerState
from tests.devices.fuzzing import Target, corpus, cut, fuzz

GOOD = b'VAR ups ups.status "OL"\n'


def read(pieces):
    decoder = LineDecoder()
    for piece in pieces:
        yield from decoder.feed(piece)


def test_every_line_of_the_manual_is_read():
    assert list(read([b'BEGIN LIST VAR su700\nVAR su700 ups.mfr "APC"\r\n\nEND LIST VAR su700\nERR DATA-STALE\n'])) == [
        ListBegins("su700"),
        Variable("su700", "ups.mfr", "APC"),
        ListEnds("su700"),
        Refused("DATA-STALE"),
    ]


def test_quotes_and_backslashes_are_undone():
    assert parse(rb'VAR u ups.model "a \"b\" \\ c"') == Variable("u", "ups.model", 'a "b" \\ c')


@pytest.mark.parametrize(
    "line", [b"hello", b"VAR ups ups.status OL", b'VAR ups "x"', b"HTTP/1.1 400 Bad Request", b"\xff"]
)
def test_anything_else_is_nonsense(line):
    assert isinstance(parse(line), Nonsense)


def test_a_line_without_end_is_given_up_and_the_next_is_read():
    found = list(read([b"x" * LONGEST_LINE, b"y" * 10, b"\n", GOOD]))

    assert found == [Nonsense("a line without end"), Variable("ups", "ups.status", "OL")]


@pytest.mark.parametrize("seed", range(20))
def test_lines_survive_any_chunking(seed):
    stream = b"".join(corpus("nut"))

    assert list(read(cut(stream, random.Random(seed)))) == list(read([stream]))


def test_fuzz_nut():
    assert fuzz(Target("nut", read, GOOD, Variable("ups", "ups.status", "OL"), gap=b"\n")) > 100_000


@pytest.mark.parametrize(
    ("status", "mains"),
    [
        ("OL", Mains.ONLINE),
        ("OL CHRG LB", Mains.ONLINE),
        ("OB DISCHRG", Mains.ON_BATTERY),
        ("OB DISCHRG LB", Mains.BATTERY_LOW),
        ("OFF", Mains.UNKNOWN),
        ("LB", Mains.UNKNOWN),
        ("", Mains.UNKNOWN),
    ],
)
def test_the_status_words_mean(status, mains):
    assert power_state({"ups.status": status}).mains is mains


def test_figures_are_figures_or_not_known():
    state = power_state({"ups.status": "OL", "battery.charge": "97.5", "battery.runtime": "1500"})

    assert state == PowerState(Mains.ONLINE, 97.5, 1500)
    for odd in ("", "-5", "nan", "1e3", "full"):
        assert power_state({"battery.charge": odd}).charge_percent is None
