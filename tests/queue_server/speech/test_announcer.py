"""Turns: one voice a zone, recalls first, and nothing that fails stops the next call."""

import logging
import random
import shutil
import threading
import time

import pytest

from queue_server.adapters.speech import sound
from queue_server.adapters.speech.announcer import AFTER_CHIME_S, Announcement, Announcer
from queue_server.adapters.speech.output import OutputFailed, WavFolder
from queue_server.adapters.speech.voice import EspeakVoice, VoiceFailed
from tests.waiting import until

SPEECH = sound.silence(1.0)


def call(number: str, *, zone: str = "A", counter: str = "3", recall: bool = False) -> Announcement:
    return Announcement(zone, f"call-{number}-{recall}", number, counter, is_recall=recall)


class Loudspeaker:
    """An output that keeps what was heard; it can be held, made to fail, and notices two voices at once."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, bytes]] = []
        self.free = threading.Event()
        self.free.set()
        self.failing = 0
        self.collisions = 0
        self._speaking: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, zone_id: str, call_id: str, wav: bytes) -> None:
        with self._lock:
            self.collisions += zone_id in self._speaking
            self._speaking.add(zone_id)
        self.free.wait(10)
        with self._lock:
            self._speaking.discard(zone_id)
            if self.failing:
                self.failing -= 1
                raise OutputFailed("no sound")
            self.heard.append((zone_id, call_id, wav))


class Spoken:
    def __init__(self) -> None:
        self.all: list[tuple[str, str, float]] = []

    def __call__(self, announcement: Announcement, text: str, seconds: float) -> None:
        self.all.append((announcement.display_number, text, seconds))


@pytest.fixture
def speaker():
    return Loudspeaker()


@pytest.fixture
def spoken():
    return Spoken()


@pytest.fixture
def announcer(speaker, spoken):
    made = Announcer(["A", "B"], voice=lambda _text: SPEECH, output=speaker, on_spoken=spoken)
    made.start()
    yield made
    speaker.free.set()
    made.close()


def test_a_call_is_a_chime_and_the_sentence_twice(announcer, speaker, spoken):
    announcer.announce(call("A001"))
    until(lambda: spoken.all)

    number, text, seconds = spoken.all[0]
    assert (number, text) == ("A001", "请A001号到3号窗口办理")
    assert seconds == pytest.approx(sound.length_s(sound.chime()) + AFTER_CHIME_S + 1.0 + 0.9 + 1.0, abs=0.01)
    assert sound.length_s(sound.samples_of(speaker.heard[0][2])) == pytest.approx(seconds)


@pytest.mark.parametrize("repeat", [1, 2, 3])
def test_the_sentence_is_spoken_as_often_as_the_site_wants(speaker, spoken, repeat):
    announcer = Announcer(
        ["A"], voice=lambda _text: SPEECH, output=speaker, repeat=repeat, pause_s=0.5, on_spoken=spoken
    )
    announcer.start()

    announcer.announce(call("A001"))
    until(lambda: spoken.all)
    announcer.close()

    extra = spoken.all[0][2] - sound.length_s(sound.chime()) - AFTER_CHIME_S
    assert extra == pytest.approx(repeat * 1.0 + (repeat - 1) * 0.5, abs=0.01)


def test_a_recall_goes_to_the_front_and_recalls_keep_their_order(announcer, speaker, spoken):
    speaker.free.clear()
    announcer.announce(call("A001"))
    until(lambda: "A" in speaker._speaking)
    for one in (call("A002"), call("A003"), call("A000", recall=True), call("A001", recall=True)):
        announcer.announce(one)
    speaker.free.set()
    until(lambda: len(spoken.all) == 5)

    assert [number for number, _text, _s in spoken.all] == ["A001", "A000", "A001", "A002", "A003"]


def test_the_same_call_is_not_queued_twice(announcer, speaker, spoken):
    speaker.free.clear()
    announcer.announce(call("A001"))
    until(lambda: "A" in speaker._speaking)
    for _ in range(3):
        announcer.announce(call("A002"))
    announcer.announce(call("A003"))
    speaker.free.set()
    until(lambda: len(spoken.all) == 3)

    assert [number for number, _text, _s in spoken.all] == ["A001", "A002", "A003"]


def test_a_zone_never_hears_two_voices_and_zones_do_not_wait_for_each_other():
    rng, speaker, spoken = random.Random(1), Loudspeaker(), Spoken()
    zones = ["A", "B", "C"]

    def play(zone_id: str, call_id: str, wav: bytes) -> None:
        time.sleep(0.002)
        speaker(zone_id, call_id, wav)

    announcer = Announcer(zones, voice=lambda _text: SPEECH, output=play, on_spoken=spoken)
    announcer.start()
    clerks = [
        threading.Thread(
            target=lambda n=n: [announcer.announce(call(f"A{n}{i:02d}", zone=rng.choice(zones))) for i in range(20)]
        )
        for n in range(4)
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    until(lambda: len(spoken.all) == 80)
    announcer.close()

    assert speaker.collisions == 0
    assert len({number for number, _text, _s in spoken.all}) == 80


def test_a_held_zone_does_not_hold_another(announcer, speaker, spoken):
    speaker.free.clear()
    announcer.announce(call("A001"))
    announcer.announce(call("B001", zone="B"))

    until(lambda: speaker._speaking == {"A", "B"})

    assert speaker.collisions == 0


def test_a_failed_player_loses_one_call_and_not_the_next(announcer, speaker, spoken, caplog):
    speaker.failing = 1

    announcer.announce(call("A001"))
    announcer.announce(call("A002"))
    until(lambda: spoken.all)

    assert [number for number, _text, _s in spoken.all] == ["A002"]
    assert "A001 was not heard: no sound" in caplog.text


@pytest.mark.parametrize("number", ["A001", "龘001"])
def test_a_failed_voice_leaves_the_chime(speaker, spoken, caplog, number):
    voice = EspeakVoice("/nonexistent/espeak-ng")
    announcer = Announcer(["A"], voice=voice, output=speaker, on_spoken=spoken)
    announcer.start()

    announcer.announce(call(number))
    until(lambda: spoken.all)
    announcer.close()

    assert sound.samples_of(speaker.heard[0][2]) == sound.chime()
    assert spoken.all[0][:2] == (number, "")
    assert [r.levelno for r in caplog.records] == [logging.WARNING]


def test_a_listener_that_breaks_does_not_silence_the_zone(speaker, caplog):
    def broken(*_what: object) -> None:
        raise RuntimeError("listener")

    announcer = Announcer(["A"], voice=lambda _text: SPEECH, output=speaker, on_spoken=broken)
    announcer.start()

    announcer.announce(call("A001"))
    announcer.announce(call("A002"))
    until(lambda: len(speaker.heard) == 2)
    announcer.close()

    assert "an announcement failed" in caplog.text


def test_a_zone_that_does_not_exist_is_refused_at_once(announcer):
    with pytest.raises(KeyError):
        announcer.announce(call("A001", zone="Q"))


def test_closing_twice_is_harmless_and_what_waited_is_dropped(speaker, spoken):
    announcer = Announcer(["A"], voice=lambda _text: SPEECH, output=speaker, on_spoken=spoken)
    announcer.announce(call("A001"))

    announcer.close()
    announcer.start()
    announcer.close()
    announcer.close()

    assert spoken.all == []


def test_a_voice_that_fails_once_speaks_the_next_call(speaker, spoken):
    answers = [VoiceFailed("once"), SPEECH]

    def voice(_text: str) -> bytes:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    announcer = Announcer(["A"], voice=voice, output=speaker, on_spoken=spoken)
    announcer.start()

    announcer.announce(call("A001"))
    announcer.announce(call("A002"))
    until(lambda: len(spoken.all) == 2)
    announcer.close()

    assert [text for _number, text, _s in spoken.all] == ["", "请A002号到3号窗口办理"]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_call_ends_up_as_speech_in_a_file(tmp_path, spoken):
    announcer = Announcer(["A"], voice=EspeakVoice(), output=WavFolder(tmp_path), on_spoken=spoken)
    announcer.start()

    announcer.announce(call("A001"))
    until(lambda: spoken.all)
    announcer.close()

    (file,) = tmp_path.iterdir()
    seconds = sound.length_s(sound.samples_of(file.read_bytes()))
    assert file.name.startswith("000001-A-call-A001")
    assert seconds == pytest.approx(spoken.all[0][2])
    assert 6 < seconds < 18
