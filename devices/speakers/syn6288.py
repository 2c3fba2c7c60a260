"""A SYN6288 speech module on a serial line: says a sentence and waits until it has been said."""

import logging
import time
from collections.abc import Callable

from devices.errors import DeviceUnavailable, NoReply, ProtocolError
from devices.speakers.syn6288_frames import STATUS, STOP, Answer, AnswerDecoder, encode, speak, tagged
from devices.wire import Wire

logger = logging.getLogger(__name__)

BAUD = 9600
WIRE_TIMEOUT_S = 0.1
ANSWER_S = 0.5  # after a frame of 206 bytes, which takes 0.22 s itself and is sent before this begins
ATTEMPTS = 3
ASK_EVERY_S = 0.2
FREE_S = 8.0  # how long something that is being said already may take; then it is stopped
S_PER_BYTE, SPARE_S = 0.25, 3.0  # the slowest speed says four characters a second


class Syn6288:
    """A `Speaker` on any `Wire` whose reads wait for `WIRE_TIMEOUT_S`."""

    def __init__(
        self,
        wire: Wire,
        name: str,
        *,
        volume: int = 10,
        speed: int = 4,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take over a wire.

        Args:
            volume: 0 to 16.
            speed: 0 to 5.
        """
        self.name = name
        self._wire = wire
        self._volume, self._speed = volume, speed
        self._monotonic = monotonic

    def speak(self, sentence: str) -> None:
        """Say a sentence to its end, once the module is free.

        Raises:
            NoReply: silent.
            DeviceUnavailable: it does not come to an end.
            ProtocolError: it answers nonsense, or never understands a frame.
        """
        if not self._is_free_within(FREE_S):
            logger.warning("%s: still speaking after %g s, stopped", self.name, FREE_S)
            self._send(encode(STOP))
        for piece in tagged(sentence, volume=self._volume, speed=self._speed):
            self._send(speak(piece))
            limit_s = len(piece) * S_PER_BYTE + SPARE_S
            if not (self._says_idle() or self._is_free_within(limit_s)):  # not asked at once: it may not have begun
                self._send(encode(STOP))
                raise DeviceUnavailable(self.name, f"still speaking after {limit_s:.0f} s")

    def check(self) -> str | None:
        """Ask whether the module is there.

        Raises:
            DeviceUnavailable, ProtocolError: it is not, or talks nonsense.
        """
        self._is_speaking()
        return None

    def close(self) -> None:
        """Give the port back; what is being said ends by itself."""
        self._wire.close()

    def _is_free_within(self, limit_s: float) -> bool:
        ends = self._monotonic() + limit_s
        while self._is_speaking():
            if self._monotonic() >= ends:
                return False
            if self._says_idle():
                return True
        return True

    def _says_idle(self) -> bool:
        """Whether it says within `ASK_EVERY_S`, and by itself, that a text has been said."""
        ends = self._monotonic() + ASK_EVERY_S
        while self._monotonic() < ends:
            if Answer.IDLE in AnswerDecoder().feed(self._wire.read(1)):
                return True
        return False

    def _is_speaking(self) -> bool:
        return self._send(encode(STATUS), (Answer.SPEAKING, Answer.IDLE)) is Answer.SPEAKING

    def _send(self, frame: bytes, wanted: tuple[Answer, ...] = (Answer.UNDERSTOOD,)) -> Answer:
        """Send a frame until it is understood, and give the answer that was wanted.

        A text that was taken and whose answer got lost would be said twice: the module is asked before it is repeated.
        """
        heard = b""
        for _attempt in range(ATTEMPTS):
            self._wire.reset_input_buffer()
            self._wire.write(frame)
            answer, heard = self._answer(wanted)
            if answer is not None:
                return answer
            if not heard and wanted == (Answer.UNDERSTOOD,) and self._is_speaking():
                return Answer.UNDERSTOOD
        if heard:
            raise ProtocolError(self.name, f"not an answer: {heard[:32].hex()}")
        raise NoReply(self.name, f"no answer to {ATTEMPTS} attempts")

    def _answer(self, wanted: tuple[Answer, ...]) -> tuple[Answer | None, bytes]:
        decoder, heard, ends = AnswerDecoder(), b"", self._monotonic() + ANSWER_S
        while self._monotonic() < ends:
            data = self._wire.read(1)
            heard += data
            for answer in decoder.feed(data):
                if isinstance(answer, Answer) and answer in wanted:
                    return answer, heard
                if answer is Answer.NOT_UNDERSTOOD:
                    return None, heard
        return None, heard
