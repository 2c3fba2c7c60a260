"""A speech module that says calls by itself, in place of the generated voice and the sound card.

Its worker owns the port, so that it has one voice however many zones call. While it is away, or fails, a call is
spoken the other way, none the later: nobody waits for a module that is known to be offline.
"""

import time
from collections.abc import Callable

from devices.errors import DeviceError
from devices.ports import Speaker
from devices.supervisor import LONGEST_CALL_S, DeviceWatch, DeviceWorker
from devices.trials import outcome
from hall.messages import DeviceHealth, DeviceTried, TryDevice

NAME, KIND = "server.speaker", "speaker"
TURN_S = 20.0  # how long a call waits for those of other zones before it is spoken the other way


class ModuleFailed(Exception):
    """The sentence was not said, or not whole."""


class SpeechModule:
    """Says sentences on a `Speaker`; any zone's thread may call it."""

    def __init__(
        self,
        open_speaker: Callable[[], Speaker],
        on_health: Callable[[DeviceHealth], None],
        *,
        is_there: Callable[[], bool] | None = None,
        turn_s: float = TURN_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; nothing is opened before `start()`.

        Args:
            open_speaker: runs in the worker's thread.
            on_health: hears of every change of health, in the worker's thread.
            is_there: whether the module's port exists; None: nobody can see.
            turn_s: how long a call waits for its turn.
            sleep: waits between a sentence and its repetition.
        """
        self._worker: DeviceWorker[Speaker] = DeviceWorker(NAME, KIND, open_speaker, on_health, is_there=is_there)
        self._watch = DeviceWatch([self._worker])
        self._turn_s, self._sleep = turn_s, sleep

    def start(self) -> None:
        """Begin to open and watch the module."""
        self._worker.start()
        self._watch.start()

    def close(self) -> None:
        """Let the module go; closing twice is harmless."""
        self._watch.close()
        self._worker.close()

    def try_out(self, asked: TryDevice, sentence: str, tell: Callable[[DeviceTried], None]) -> None:
        """Say a sentence because somebody wants to hear whether the module works; tell what came of it."""
        if asked.device_id != NAME:
            return
        answer = self._worker.submit(
            lambda speaker: speaker.speak(sentence), deadline_s=self._turn_s, longest_s=_longest_s(sentence, 1, 0.0)
        )
        answer.add_done_callback(lambda done: tell(outcome(NAME, asked.trial_id, done.exception())))

    def __call__(self, sentence: str, repeat: int, pause_s: float) -> None:
        """Say a sentence `repeat` times, to the end.

        Raises:
            ModuleFailed: it is away, busy for too long, or failed in the middle.
        """
        if self._worker.health.status == "offline":
            raise ModuleFailed(f"{NAME} is offline")

        def say(speaker: Speaker) -> None:
            speaker.speak(sentence)
            for _again in range(repeat - 1):
                self._sleep(pause_s)
                speaker.speak(sentence)

        try:
            longest_s = _longest_s(sentence, repeat, pause_s)
            self._worker.submit(say, deadline_s=self._turn_s, longest_s=longest_s).result(self._turn_s + longest_s)
        except DeviceError as exc:
            raise ModuleFailed(str(exc)) from exc
        except TimeoutError as exc:
            raise ModuleFailed(f"{NAME} does not come back") from exc


def _longest_s(sentence: str, repeat: int, pause_s: float) -> float:
    """How long saying it may take before the module counts as hanging; a slow voice needs half a second a character."""
    return LONGEST_CALL_S + repeat * (pause_s + len(sentence) / 2)
