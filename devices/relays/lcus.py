"""LCUS relay boards (CH340 `1A86:7523`, 9600 8N1): four bytes switch one relay, nothing is answered.

`A0 channel state sum`: `A0 01 01 A2` is on, `A0 01 00 A1` is off. Source: the boards' leaflet, sums recomputed.
"""

from devices.relays.fail_safe import all_off
from devices.wire import Wire

BAUD = 9600
START = 0xA0


def encode(channel: int, *, on: bool) -> bytes:
    """One command; channels count from 1."""
    body = bytes((START, channel, int(on)))
    return body + bytes((sum(body) & 0xFF,))


class LcusSwitches:
    """`Switches` without inputs. Whether a relay really moved cannot be known: the board answers nothing.

    All relays are switched off first and last: what a crash left on is off as soon as somebody opens the board again.
    """

    def __init__(self, wire: Wire, name: str, channels: int) -> None:
        """Take over a wire and switch everything off.

        Raises:
            DeviceUnavailable: the port failed.
        """
        self.name = name
        self.channels = channels
        self._wire = wire
        self._states = dict.fromkeys(range(1, channels + 1), False)
        try:
            self._send_all()
        except BaseException:
            wire.close()
            raise

    def set(self, channel: int, *, on: bool) -> None:
        """Switch one relay."""
        if channel not in self._states:
            raise ValueError(f"{self.name} has channels 1 to {self.channels}, not {channel}")
        self._wire.write(encode(channel, on=on))
        self._states[channel] = on

    def inputs(self) -> tuple[bool, ...]:
        """These boards have none."""
        return ()

    def check(self) -> str | None:
        """Send every relay's state again: a board that was plugged out for a moment comes back with all off."""
        self._send_all()
        return None

    def close(self) -> None:
        """Switch everything off, as far as the port still works, and give it back; closing twice is harmless."""
        all_off(self)
        self._wire.close()

    def _send_all(self) -> None:
        for channel, on in self._states.items():
            self._wire.write(encode(channel, on=on))
