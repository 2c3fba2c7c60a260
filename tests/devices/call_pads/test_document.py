"""docs/protocol/call-pads.md is what others build from: its vectors and its keys must be ours."""

import re
from pathlib import Path

import pytest

from devices.call_pads import messages as p
from devices.call_pads import sim_pads
from devices.call_pads.frames import Frame, FrameDecoder, encode

TEXT = (Path(__file__).parents[3] / "docs" / "protocol" / "call-pads.md").read_text(encoding="utf-8")
VECTORS = dict(re.findall(r"^\| ([^|]+?) \| `((?:[0-9A-F]{2} ?){8,})` \|$", TEXT, re.MULTILINE))
MEANT = {
    "pad 1: call": Frame(1, 0x01, b"\x0c"),
    "evaluator 1: key 0": Frame(1, 0x11, b"\x00"),
    "host to pad 1: ticket 023": p.numbers(1, None, 23),
    "host to pad 1: 012 wait": p.numbers(1, 12, None),
    "host to pad 1: beep": p.beep(1),
    "host to evaluator 1: ask for a rating": p.start_rating(1),
    "host to evaluator 1: five stars": p.stars(1, 5),
}


def test_every_vector_is_meant_and_every_meaning_has_one():
    assert VECTORS.keys() == MEANT.keys()


@pytest.mark.parametrize("name", MEANT)
def test_a_vector_is_what_is_sent_and_what_is_read(name):
    vector = bytes.fromhex(VECTORS[name])

    assert encode(MEANT[name]) == vector
    assert list(FrameDecoder().feed(vector)) == [MEANT[name]]


def test_the_keys_are_those_of_the_page():
    rows = re.findall(r"^\| pad → host \| `01` \| `([0-9A-F ]+)` \| (.+) \|$", TEXT, re.MULTILINE)
    names = {"ask for a rating": "ask_rating", "one-metre notice": "notice"}

    shown = {bytes.fromhex(data): names.get(text, text.replace(" ", "_")) for data, text in rows}

    assert shown == {data: key.value for data, key in p.KEYS.items()}
    assert shown == {data: name for name, data in sim_pads.KEYS.items()}
    assert set(p.KEYS.values()) == set(p.PadKey)
