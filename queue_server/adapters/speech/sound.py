"""Sounds as WAV bytes: the chime, silence, and pieces joined. Mono, 16 bits, `RATE` samples a second."""

import array
import io
import math
import sys
import wave
from collections.abc import Iterable

RATE = 22050  # what espeak-ng gives; a call's pieces are joined without resampling
NOTES = ((659.26, 0.45), (523.25, 0.75))  # E5, C5: hertz and seconds
DECAY_S = 0.22
LOUDNESS = 0.5  # of full scale
FADE_IN_S = 0.004  # without it a note begins with a click


class UnsuitableSound(ValueError):
    """A WAV that is not mono, 16 bits, `RATE`."""


def chime() -> bytes:
    """Two falling notes, as samples."""
    return b"".join(_note(hertz, length_s) for hertz, length_s in NOTES)


def silence(length_s: float) -> bytes:
    """Samples of nothing."""
    return bytes(2 * round(RATE * length_s))


def samples_of(wav: bytes) -> bytes:
    """The samples of a WAV.

    Raises:
        UnsuitableSound: it is of another kind or no WAV.
    """
    try:
        with wave.open(io.BytesIO(wav)) as file:
            kind = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if kind != (1, 2, RATE):
                raise UnsuitableSound(f"channels, bytes and rate are {kind}, not (1, 2, {RATE})")
            return bytes(file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as exc:
        raise UnsuitableSound(f"not a WAV: {exc}") from exc


def wav_of(pieces: Iterable[bytes]) -> bytes:
    """Samples joined into one WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(pieces))
    return out.getvalue()


def length_s(samples: bytes) -> float:
    """How long samples last."""
    return len(samples) / 2 / RATE


def _note(hertz: float, length: float) -> bytes:
    note = array.array("h")
    for n in range(round(RATE * length)):
        t = n / RATE
        swell = min(1.0, t / FADE_IN_S) * math.exp(-t / DECAY_S)
        tone = math.sin(2 * math.pi * hertz * t) + 0.3 * math.sin(4 * math.pi * hertz * t)
        note.append(round(32767 * LOUDNESS / 1.3 * swell * tone))
    if sys.byteorder == "big":
        note.byteswap()
    return note.tobytes()
