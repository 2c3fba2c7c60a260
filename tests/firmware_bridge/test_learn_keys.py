"""Learning a button evaluator's keys on a simulated line: what is printed is what the site file takes."""

import threading
import tomllib

import pytest

from devices.call_pads.line import WIRE_TIMEOUT_S, PadLine
from devices.call_pads.sim_line import PadLineSim
from devices.wire import SerialWire
from firmware_bridge.learn_keys import as_toml, learn
from hall.rating import RatingLevel
from settings.devices.lines import EvaluatorModelTable
from tests.devices.call_pads.conftest import Line
from tests.firmware_bridge.test_main import SITE, run_main  # noqa: F401 (a fixture)
from tests.waiting import until

FIVE = dict(zip(RatingLevel, (5, 4, 3, 2, 1), strict=True))


@pytest.fixture
def sim():
    with PadLineSim(evaluators=(1, 2), pads=(1,)) as sim:
        yield sim


@pytest.fixture
def line(sim):
    line = PadLine(SerialWire(sim.port, baud=9600, timeout_s=WIRE_TIMEOUT_S), "L01")
    yield line
    line.close()


def presses(sim, values):
    """Someone who presses the next key whenever a level is asked for."""
    waiting, said = list(values), []

    def say(text):
        said.append(text)
        if "ress" in text and waiting:
            value = waiting.pop(0)
            if value is not None:
                sim.rate(1, value)

    return say, said


def test_every_key_pressed_once_gives_every_level(sim, line):
    say, said = presses(sim, FIVE.values())

    assert learn(line, 1, say) == FIVE
    until(lambda: sim.evaluators[1].ratings == 5)  # it asks, so that its keys are lit
    assert "'very satisfied'" in said[0]


def test_a_level_without_a_key_is_left_out(sim, line):
    say, _said = presses(sim, [0, 1, None, 3, None])

    keys = learn(line, 1, say, within_s=0.3)

    assert {level.value: value for level, value in keys.items()} == {
        "very_satisfied": 0,
        "satisfied": 1,
        "dissatisfied": 3,
    }


def test_a_key_pressed_twice_is_not_learnt_as_two_levels():
    quiet = Line()
    waiting, said = [7, 7, 8, 9, 10, 11], []

    def say(text):
        said.append(text)
        if "ress" in text:
            quiet.pass_time(2)  # the second press of a key is a press of its own
            quiet.evaluators[1].press(waiting.pop(0), quiet.now)

    keys = learn(PadLine(quiet, "L01", monotonic=quiet.monotonic), 1, say, monotonic=quiet.monotonic)

    assert list(keys.values()) == [7, 8, 9, 10, 11]
    assert any("this is the key for 'very satisfied'" in text for text in said)


def test_another_address_and_a_pad_teach_nothing(sim, line):
    sim.rate(2, 0)
    sim.press(1, "call")

    assert learn(line, 1, lambda _text: None, within_s=0.2) == {}


def test_what_is_printed_is_what_the_site_file_takes():
    table = tomllib.loads(as_toml(FIVE))["evaluator_models"][0]

    assert EvaluatorModelTable(**table).keys == FIVE


def write_site(tmp_path, port):
    path = tmp_path / "site.toml"
    path.write_text(SITE + f'lines = [{{ line_id = "L01", port = "{port}" }}]\n')
    return path


def test_at_the_terminal(sim, tmp_path, run_main):  # noqa: F811
    process = run_main("--config", write_site(tmp_path, sim.port), "--learn-keys", "L01", "1")
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(process.stdout), daemon=True)
    reader.start()
    for number, value in enumerate(FIVE.values(), 1):
        until(lambda number=number: sum(line.startswith("Press") for line in heard) == number)
        sim.rate(1, value)
        until(lambda number=number: sum("it sends" in line for line in heard) == number)

    assert process.wait(10) == 0
    reader.join(5)
    assert (
        EvaluatorModelTable(**tomllib.loads("".join(heard).partition("model:\n")[2])["evaluator_models"][0]).keys
        == FIVE
    )


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("L09", "1"), 2, "lines are L01; addresses are 0 to 255"),
        (("L01", "256"), 2, "addresses are 0 to 255"),
        (("L01", "1"), 1, "Is the bridge still running?"),
    ],
)
def test_what_cannot_be_learnt_is_said_in_a_sentence(tmp_path, run_main, words, code, sentence):  # noqa: F811
    process = run_main("--config", write_site(tmp_path, tmp_path / "nowhere"), "--learn-keys", *words)

    _out, err = process.communicate(timeout=10)

    assert process.returncode == code
    assert sentence in err
    assert "Traceback" not in err
