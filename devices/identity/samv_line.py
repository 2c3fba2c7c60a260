"""One question to a SAM_V reader and its answer, over any wire: deadlines, damage, and one repetition.

It knows no card: what an answer means is its caller's business.
"""

import logging
import time
from collections.abc import Callable

from devices.errors import DeviceError, NoReply, ProtocolError
from devices.identity.samv_frames import PREAMBLE, Command, Outcome, Response, ResponseDecoder, encode_request
from devices.wire import Wire

logger = logging.getLogger(__name__)

GAP_S = 0.5  # a frame that pauses longer has lost its rest
TRANSFER_S = 3.0  # the longest frame at 9600 baud takes 2.4 s
DRAIN_READS = 8  # after nonsense: at most this many reads until the line must be quiet


class SamvLine:
    """Asks on a `Wire`, whose own time-out should be 0.1 to 0.5 s, and closes it."""

    def __init__(
        self,
        wire: Wire,
        name: str,
        *,
        preamble: bytes = PREAMBLE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._name = name
        self._preamble = preamble
        self._monotonic = monotonic
        self.asked_s: float | None = None  # when the last question had gone out

    def close(self) -> None:
        """Give the port back."""
        self._wire.close()

    def exchange(self, command: Command, answer_s: float, damaged: type[DeviceError] = ProtocolError) -> Response:
        """Ask, and once more if question or answer came to harm on the way.

        Args:
            answer_s: how long the reader may be silent before it answers.
            damaged: what to raise when both tries came to harm.

        Raises:
            NoReply: silence.
            DeviceUnavailable: the port failed.
        """
        cause = ""
        for _attempt in range(2):
            answer = self._ask(command, answer_s)
            if isinstance(answer, Response) and answer.outcome is not Outcome.DAMAGED_REQUEST:
                return answer
            cause = answer.meaning if isinstance(answer, Response) else answer
            logger.warning("%s: %s: %s", self._name, command.name, cause)
            self._drain()
        raise damaged(self._name, f"no clean answer to {command.name} in two tries: {cause}")

    def _ask(self, command: Command, answer_s: float) -> Response | str:
        """Send one request and wait for its answer; a text says how the answer was damaged."""
        decoder = ResponseDecoder(self._preamble)
        self._wire.reset_input_buffer()  # a late answer to an older request would pass
        self._wire.write(encode_request(command, self._preamble))
        self.asked_s = asked = heard = self._monotonic()
        received = 0
        while True:
            data = self._wire.read(decoder.wanted)
            now = self._monotonic()
            if data:
                heard, received = now, received + len(data)
                found = list(decoder.responses(data))
                for frame in found:
                    if isinstance(frame, Response):
                        logger.debug("%s: %s: %r", self._name, command.name, frame)
                        return frame
                    damage = f"wrong {frame.cause} in a frame of {frame.size} bytes"
                if found:
                    return damage
            elif not received and now - asked >= answer_s:
                raise NoReply(self._name, f"no answer to {command.name} within {answer_s:g} s")
            elif received and now - heard >= GAP_S:
                return f"the answer broke off after {received} bytes"
            if now - asked >= answer_s + TRANSFER_S:
                return f"{received} bytes and no whole answer"

    def _drain(self) -> None:
        """Wait until the line is quiet, so that the next answer is the answer to the next request."""
        for _read in range(DRAIN_READS):
            if not self._wire.read(256):
                return
