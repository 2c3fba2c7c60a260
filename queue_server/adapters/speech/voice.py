"""The generated voice: espeak-ng, fed pinyin. Its Mandarin voice for characters is not used, since it reads English."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from queue_server.adapters.speech.pinyin import pinyin
from queue_server.adapters.speech.sound import UnsuitableSound, samples_of

PROGRAM = "espeak-ng"
VOICE = "cmn-latn-pinyin"
WORDS_PER_MINUTE = 150  # calm enough for a reverberant hall
TO_A_FILE = {"PULSE_SERVER": "none"}  # else it makes folders for a sound server although it asks for none
LIMIT_S = 10.0  # 5 s of speech take 0.2 s on a small machine

Voice = Callable[[str], bytes]
"""Gives samples for a sentence, or raises `VoiceFailed` or `UnknownCharacter`."""


class VoiceFailed(Exception):
    """No speech could be made; the call is still announced by the chime."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"{PROGRAM}: {cause}")


class EspeakVoice:
    """A `Voice` made by a program that is started for each sentence."""

    def __init__(self, program: str = PROGRAM, *, limit_s: float = LIMIT_S) -> None:
        self._program = program
        self._limit_s = limit_s

    def __call__(self, sentence: str) -> bytes:
        """Speak a sentence.

        Raises:
            UnknownCharacter: the sentence has something that the table cannot say.
            VoiceFailed: the program is missing, fails, hangs, or gives no sound.
        """
        words = pinyin(sentence)
        with tempfile.TemporaryDirectory(prefix="hallq-voice-") as folder:
            wav = Path(folder) / "speech.wav"
            self._run([self._program, "-v", VOICE, "-s", str(WORDS_PER_MINUTE), "-w", str(wav), words])
            try:
                samples = samples_of(wav.read_bytes())
            except (OSError, UnsuitableSound) as exc:
                raise VoiceFailed(str(exc)) from exc
        if not samples:
            raise VoiceFailed("gave an empty sound")
        return samples

    def _run(self, command: list[str]) -> None:
        try:
            subprocess.run(
                command,
                check=True,
                timeout=self._limit_s,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=os.environ | TO_A_FILE,
            )
        except FileNotFoundError as exc:
            raise VoiceFailed(f"is not installed; mend: apt install {PROGRAM}") from exc
        except subprocess.TimeoutExpired as exc:
            raise VoiceFailed(f"hung for {self._limit_s} s") from exc
        except (subprocess.CalledProcessError, OSError) as exc:
            raise VoiceFailed(str(exc)) from exc
