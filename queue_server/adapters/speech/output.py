"""Where a call is heard: the sound card, or files for a player elsewhere."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from queue_server.adapters.speech.sound import RATE

CARDS = Path("/proc/asound/cards")
APLAY = ("aplay", "-q", "-")
KEPT_FILES = 200
SPARE_S = 5.0  # on top of a sound's own length, for a card that wakes up slowly
FILE_NAME = re.compile(r"^(\d{6,})-.*\.wav$")

Output = Callable[[str, str, bytes], None]
"""Makes a WAV heard: takes zone_id, call_id and the WAV; returns when it was heard, or raises `OutputFailed`."""


class OutputFailed(Exception):
    """A sound was not heard."""


class SoundCard:
    """An `Output` on this machine's card. Zones that share the card take turns, so that it has one voice."""

    def __init__(self, command: tuple[str, ...] = APLAY, *, spare_s: float = SPARE_S) -> None:
        self._command = command
        self._spare_s = spare_s
        self._card = threading.Lock()

    def __call__(self, _zone_id: str, _call_id: str, wav: bytes) -> None:
        """Play a WAV to its end.

        Raises:
            OutputFailed: the player is missing, fails, or takes much longer than the sound.
        """
        limit_s = len(wav) / 2 / RATE + self._spare_s
        with self._card:
            try:
                subprocess.run(self._command, input=wav, check=True, timeout=limit_s, capture_output=True)
            except FileNotFoundError as exc:
                raise OutputFailed(f"{self._command[0]} is not installed; mend: apt install alsa-utils") from exc
            except subprocess.TimeoutExpired as exc:
                raise OutputFailed(f"{self._command[0]} hung for {limit_s:.1f} s") from exc
            except (subprocess.CalledProcessError, OSError) as exc:
                raise OutputFailed(str(exc)) from exc


class WavFolder:
    """An `Output` that leaves each call as a file, e.g. "000017-A-<call id>.wav"; the newest 200 stay.

    A file appears whole or not at all. Numbers go on where an earlier run ended.
    """

    def __init__(self, folder: Path, *, kept: int = KEPT_FILES) -> None:
        self._folder = folder
        self._kept = kept
        self._last: int | None = None
        self._lock = threading.Lock()

    def __call__(self, zone_id: str, call_id: str, wav: bytes) -> None:
        """Write a WAV.

        Raises:
            OutputFailed: the folder cannot be written.
        """
        with self._lock:
            try:
                self._write(f"{_plain(zone_id)}-{_plain(call_id)}", wav)
            except OSError as exc:
                raise OutputFailed(str(exc)) from exc

    def _write(self, name: str, wav: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._last is None:
            self._last = max(self._numbers(), default=0)
        self._last += 1
        part = self._folder / f".{self._last:06d}.{os.getpid()}.part"
        try:
            part.write_bytes(wav)
            part.replace(self._folder / f"{self._last:06d}-{name}.wav")
        finally:
            part.unlink(missing_ok=True)
        for number, path in self._numbers().items():
            if number <= self._last - self._kept:
                path.unlink(missing_ok=True)

    def _numbers(self) -> dict[int, Path]:
        found = ((FILE_NAME.match(path.name), path) for path in self._folder.iterdir())
        return {int(match[1]): path for match, path in found if match}


def output_for(
    kind: str, wav_folder: Path, *, cards: Path = CARDS, program: str = APLAY[0]
) -> SoundCard | WavFolder | None:
    """The output that a site file asks for.

    Args:
        kind: "sound_card", "wav", "off", or "auto" for the card if there is one and files if not; "syn6288" is "auto",
            for when the module fails.

    Returns:
        None for "off".
    """
    if kind == "off":
        return None
    if kind in ("auto", "syn6288"):
        kind = "sound_card" if has_sound_card(cards) and shutil.which(program) else "wav"
    return SoundCard() if kind == "sound_card" else WavFolder(wav_folder)


def has_sound_card(cards: Path = CARDS) -> bool:
    """Whether the kernel lists a card; " 0 [PCH ]: HDA-Intel" is one, "--- no soundcards ---" is none."""
    try:
        return re.search(r"^\s*\d+ \[", cards.read_text(encoding="utf-8"), re.MULTILINE) is not None
    except OSError:
        return False


def _plain(name: str) -> str:
    """A name that is safe in a file name, whatever its sender wrote."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64]
