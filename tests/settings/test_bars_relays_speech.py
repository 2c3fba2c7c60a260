"""Site files with bars, relay boards and speech modules: what contradicts itself is said in a sentence."""

import tomllib

import pytest
from pydantic import TypeAdapter, ValidationError

from settings.devices.bars import Bars
from settings.devices.relays import Relays
from settings.site import SpeechTable

LCUS = 'kind = "lcus"\nport = "/dev/ttyUSB0"\n'
MODBUS = 'kind = "modbus"\nport = "/dev/ttyUSB0"\n'
SENSOR = "sensor = { input = 1 }\n"
NUMBER_BAR = 'kind = "number_bar"\nbars_id = "L01"\nport = "/dev/ttyUSB0"\n'


def table(kind, text):
    return TypeAdapter(kind).validate_python(tomllib.loads(text))


def test_addresses_stand_before_the_counters_below_them():
    bars = table(Bars, NUMBER_BAR + "addresses = { 5 = 3, 6 = 4 }")

    assert bars.addresses == {5: 3, 6: 4}
    assert bars.counters == (3, 4)


@pytest.mark.parametrize("addresses", ["{ 5 = 3, 6 = 3 }", "{ 0 = 3 }", "{ 256 = 3 }", "{}", "{ 5 = 1000 }"])
def test_bars_that_cannot_be_are_refused(addresses):
    with pytest.raises(ValidationError):
        table(Bars, NUMBER_BAR + f"addresses = {addresses}")


@pytest.mark.parametrize(
    "text",
    [
        LCUS + "door = { channel = 1 }",
        LCUS + 'light = { channel = 2, when = "hours" }',
        MODBUS + SENSOR + "light = { channel = 2 }",
        MODBUS + "door = { channel = 1, open_s = 5 }",
    ],
)
def test_boards_that_make_sense_are_taken(text):
    assert table(Relays, text).channels == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LCUS + "light = { channel = 2 }", "has no inputs for a sensor"),
        (LCUS + SENSOR, "Extra inputs"),
        (MODBUS + "light = { channel = 2 }", "needs a sensor"),
        (MODBUS + "door = { channel = 5 }", "channels 1 to 4"),
        (MODBUS + SENSOR + "door = { channel = 2 }\nlight = { channel = 2 }", "same channel"),
        (MODBUS + "sensor = { input = 5 }", "inputs 1 to 4"),
        (MODBUS + "door = { channel = 1, open_s = 31 }", "less than or equal to 30"),
    ],
)
def test_boards_that_contradict_themselves_are_refused(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        table(Relays, text)


def test_a_speech_module_needs_its_port():
    with pytest.raises(ValidationError, match=r"needs \[speech.syn6288\] with its port"):
        SpeechTable(output="syn6288")
    assert SpeechTable(output="syn6288", syn6288={"port": "/dev/ttyUSB0"}).syn6288
