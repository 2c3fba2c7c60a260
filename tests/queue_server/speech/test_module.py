"""Calls said by a speech module on a real line; where it is away or fails, they are spoken the other way."""

import contextlib
import logging
import threading
import time

import pytest

from devices.errors import DeviceUnavailable
from devices.opening.speakers import open_speaker
from devices.sim_line import PtyLine
from devices.speakers.sim_syn6288 import SimSyn6288
from hall.messages import DeviceTried, TryDevice
from queue_server.adapters.speech import sound
from queue_server.adapters.speech.announcer import Announcement, Announcer
from queue_server.adapters.speech.module import NAME, ModuleFailed, SpeechModule
from queue_server.adapters.speech.output import SoundCard, WavFolder, output_for
from settings.devices.speakers import Syn6288Table
from tests.waiting import until

SPEECH = sound.silence(0.1)


def call(number, *, zone="A", counter="3"):
    return Announcement(zone, f"call-{number}", number, counter)


@pytest.fixture
def chip(tmp_path):
    """A simulated module and the line that it hangs on."""
    chip = SimSyn6288()
    line = PtyLine(chip, tmp_path / "speech")
    with contextlib.closing(line):
        yield chip, line


@pytest.fixture
def health():
    return []


@pytest.fixture
def module(chip, health):
    _chip, line = chip
    table = Syn6288Table(port=str(line._link), volume=12, speed=3)
    module = SpeechModule(lambda: open_speaker(table, NAME), health.append, sleep=lambda _s: None)
    module.start()
    until(lambda: health and health[-1].status == "ok")
    yield module
    module.close()


@pytest.fixture
def heard():
    """What the other way made heard: call ids."""
    return []


@pytest.fixture
def announcer(module, heard):
    spoken = []
    announcer = Announcer(
        ["A", "B"],
        voice=lambda _text: SPEECH,
        output=lambda _zone, call_id, _wav: heard.append(call_id),
        module=module,
        on_spoken=lambda announcement, text, _seconds: spoken.append((announcement.display_number, text)),
    )
    announcer.spoken = spoken
    announcer.start()
    yield announcer
    announcer.close()


def test_a_call_is_said_as_often_as_the_site_wants_and_not_by_the_card_as_well(announcer, chip, heard):
    announcer.announce(call("A001"))

    until(lambda: announcer.spoken)
    assert chip[0].said == ["请A001号到3号窗口办理"] * 2
    assert chip[0].tags == {"v": 12, "t": 3}
    assert heard == []
    assert announcer.spoken == [("A001", "请A001号到3号窗口办理")]


def test_zones_share_the_module_and_it_has_one_voice(announcer, chip):
    sim = chip[0]
    sim.s_per_character = 0.005
    for n in range(4):
        announcer.announce(call(f"A00{n}", zone="A"))
        announcer.announce(call(f"B00{n}", zone="B"))

    until(lambda: len(announcer.spoken) == 8, within_s=30)

    assert sim.overlaps == 0
    assert sim.said[0::2] == sim.said[1::2]  # a sentence and its repetition are not torn apart


def test_while_the_module_is_away_calls_are_spoken_at_once_the_other_way(announcer, chip, heard, health, caplog):
    _sim, line = chip
    line.unplug()
    until(lambda: health[-1].status == "offline", within_s=20)
    began = time.monotonic()

    announcer.announce(call("A001"))
    until(lambda: heard == ["call-A001"])

    assert time.monotonic() - began < 1.0
    assert health[-1].kind == "speaker"
    assert health[-1].mend
    line.plug()
    until(lambda: health[-1].status == "ok", within_s=20)
    announcer.announce(call("A002"))
    until(lambda: len(announcer.spoken) == 2)
    assert heard == ["call-A001"]


def test_a_module_that_fails_in_the_middle_leaves_the_whole_sentence_to_the_other_way(announcer, chip, heard, caplog):
    caplog.set_level(logging.WARNING)
    chip[1].trouble.silent = True

    announcer.announce(call("A001"))

    until(lambda: heard == ["call-A001"])
    assert "spoken without the module" in caplog.text


class Held:
    """A `Speaker` that speaks until it is let go."""

    name = NAME

    def __init__(self):
        self.go = threading.Event()
        self.begun = threading.Event()

    def speak(self, sentence):
        self.begun.set()
        if not self.go.wait(10):
            raise DeviceUnavailable(self.name, "held")

    def check(self):
        return None

    def close(self):
        self.go.set()


def test_a_module_that_is_not_there_fails_at_once():
    def absent():
        raise DeviceUnavailable(NAME, "no such port")

    health = []
    module = SpeechModule(absent, health.append)
    with pytest.raises(ModuleFailed, match="offline"):
        module("请A001号", 1, 0.0)
    module.start()
    until(lambda: health)

    with pytest.raises(ModuleFailed, match="offline"):
        module("请A001号", 1, 0.0)
    module.close()


def test_a_call_does_not_wait_for_ever_behind_those_of_other_zones():
    held, health = Held(), []
    module = SpeechModule(lambda: held, health.append, turn_s=0.1)
    module.start()
    until(lambda: health and health[-1].status == "ok")
    first = threading.Thread(target=module, args=("一", 1, 0.0), daemon=True)
    first.start()
    held.begun.wait(5)

    with pytest.raises(ModuleFailed, match="busy for too long"):
        module("二", 1, 0.0)

    held.go.set()
    first.join(timeout=5)
    module.close()


def test_a_module_whose_driver_hangs_leaves_calls_to_the_other_way(monkeypatch):
    monkeypatch.setattr("queue_server.adapters.speech.module.LONGEST_CALL_S", 0.1)
    held, health = Held(), []
    module = SpeechModule(lambda: held, health.append)
    module.start()
    until(lambda: health and health[-1].status == "ok")

    with pytest.raises(ModuleFailed, match="did not come back"):
        module("请A001号", 1, 0.0)  # three characters may take a second and a half more

    until(lambda: any(told.cause == "hanging" for told in health))
    held.go.set()
    module.close()


def test_the_test_button_says_something_and_tells_that_it_was_said(module, chip):
    told = []

    module.try_out(TryDevice(device_id=NAME, trial_id="t1"), "语音播报测试", told.append)
    module.try_out(TryDevice(device_id="K01.printer", trial_id="t2"), "别的设备", told.append)

    until(lambda: told)
    assert told == [DeviceTried(device_id=NAME, trial_id="t1", passed=True)]
    assert chip[0].said == ["语音播报测试"]


@pytest.mark.parametrize(("listed", "expected"), [(" 0 [PCH ]: HDA-Intel\n", SoundCard), ("", WavFolder)])
def test_the_other_way_is_the_card_if_there_is_one_and_files_if_not(tmp_path, listed, expected):
    (tmp_path / "cards").write_text(listed)

    assert type(output_for("syn6288", tmp_path, cards=tmp_path / "cards", program="sh")) is expected
