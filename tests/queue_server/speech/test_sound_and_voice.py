"""Sounds, and the program that makes the voice."""

import array
import io
import shutil
import tempfile
import wave

import pytest

from queue_server.adapters.speech import sound
from queue_server.adapters.speech.pinyin import UnknownCharacter
from queue_server.adapters.speech.voice import EspeakVoice, VoiceFailed

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def loudest(samples: bytes) -> int:
    return max(map(abs, array.array("h", samples)))


def a_program(tmp_path, text: str) -> str:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return str(program)


def test_the_chime_is_audible_short_and_does_not_clip():
    chime = sound.chime()

    assert 0.8 < sound.length_s(chime) < 2
    assert 8000 < loudest(chime) < 32000
    assert loudest(chime[:8]) < 2000  # no click at the beginning


def test_pieces_are_joined_into_a_wav_that_others_can_read():
    chime = sound.chime()

    wav = sound.wav_of([chime, sound.silence(0.5), chime])

    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, sound.RATE)
        assert file.getnframes() / sound.RATE == pytest.approx(2 * sound.length_s(chime) + 0.5, abs=0.01)
    assert sound.samples_of(wav) == chime + sound.silence(0.5) + chime


@pytest.mark.parametrize("wav", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_sound_is_refused(wav):
    with pytest.raises(sound.UnsuitableSound):
        sound.samples_of(wav)


@needs_espeak
def test_a_call_is_spoken_in_a_few_seconds_and_can_be_heard():
    samples = EspeakVoice()("请A001号到3号窗口办理")

    assert 2.0 < sound.length_s(samples) < 7.0
    assert loudest(samples) > 5000


@needs_espeak
def test_a_longer_number_takes_longer_to_speak():
    voice = EspeakVoice()

    assert len(voice("请AB1234号到112号窗口办理")) > len(voice("请A001号到3号窗口办理")) * 1.2


@needs_espeak
def test_speaking_leaves_nothing_behind(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)

    EspeakVoice()("请到3号窗口办理")

    assert [path for path in tmp_path.rglob("*") if path.parent != tmp_path] == []


def test_an_unknown_character_is_not_left_out_silently():
    with pytest.raises(UnknownCharacter):
        EspeakVoice()("请龘号")


def test_a_missing_program_says_how_to_mend_it():
    with pytest.raises(VoiceFailed, match="apt install espeak-ng"):
        EspeakVoice("/nonexistent/espeak-ng")("请到")


@pytest.mark.parametrize(
    ("text", "cause"), [("exit 3", "exit status 3"), ("exit 0", "No such file"), ("exec sleep 30", "hung for")]
)
def test_a_program_that_fails_hangs_or_gives_nothing_is_a_failed_voice(tmp_path, text, cause):
    voice = EspeakVoice(a_program(tmp_path, text), limit_s=0.5)

    with pytest.raises(VoiceFailed, match=cause):
        voice("请到")
