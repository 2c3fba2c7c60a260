"""A UPS behind NUT's daemon, read and never written: no login, no command, no shutdown."""

import logging
import time
from collections.abc import Callable

from devices.errors import BatteryLow, DeviceFault, DeviceUnavailable, NoReply, ProtocolError, UnknownUps
from devices.power.nut_lines import (
    LineDecoder,
    ListBegins,
    ListEnds,
    Nonsense,
    Refused,
    Variable,
    list_variables,
    power_state,
)
from devices.power.state import Mains, PowerState
from devices.wire import Wire

logger = logging.getLogger(__name__)

WIRE_TIMEOUT_S = 0.5
ANSWER_S = 3.0  # a daemon answers from memory
READ_SIZE = 4096
LOST = {"DATA-STALE", "DRIVER-NOT-CONNECTED"}  # the daemon runs, the UPS does not answer it


class NutUps:
    """A `PowerSupply`."""

    def __init__(self, wire: Wire, name: str, ups: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take over a connection to the daemon.

        Args:
            ups: as `upsc -l` lists it.
        """
        self.name = name
        self._wire = wire
        self._ups = ups
        self._monotonic = monotonic

    def read(self) -> PowerState:
        """Ask for all variables.

        Raises:
            UnknownUps: the daemon has no UPS of this name.
            NoReply: no answer in time.
            DeviceUnavailable: the daemon has lost the UPS.
            DeviceFault: the daemon refuses for another reason.
            ProtocolError: what it says makes no sense.
        """
        self._wire.reset_input_buffer()
        self._wire.write(list_variables(self._ups))
        return power_state(self._variables())

    def check(self) -> str | None:
        """Ask once.

        Returns:
            None on mains, "on_battery" without.

        Raises:
            BatteryLow: it will stop soon.
            DeviceError: see `read`.
        """
        state = self.read()
        if state.mains is Mains.BATTERY_LOW:
            left = "" if state.runtime_s is None else f", {state.runtime_s:.0f} s left"
            raise BatteryLow(self.name, f"on battery, and the battery is low{left}")
        return Mains.ON_BATTERY.value if state.mains is Mains.ON_BATTERY else None

    def close(self) -> None:
        """Let the daemon go."""
        self._wire.close()

    def _variables(self) -> dict[str, str]:
        decoder, found, ends = LineDecoder(), dict[str, str](), self._monotonic() + ANSWER_S
        while self._monotonic() < ends:
            for line in decoder.feed(self._wire.read(READ_SIZE)):
                match line:
                    case Variable(ups=ups, name=name, value=value) if ups == self._ups:
                        found[name] = value
                    case ListBegins(ups=ups) if ups == self._ups:
                        found.clear()
                    case ListEnds(ups=ups) if ups == self._ups:
                        return found
                    case Refused(code=code):
                        raise self._refusal(code)
                    case Nonsense(text=text):
                        raise ProtocolError(self.name, f"not NUT's protocol: {text!r}")
        raise NoReply(self.name, f"no answer within {ANSWER_S:g} s")

    def _refusal(self, code: str) -> DeviceFault | DeviceUnavailable:
        if code == "UNKNOWN-UPS":
            return UnknownUps(self.name, f"the daemon knows no UPS {self._ups!r}")
        if code in LOST:
            return DeviceUnavailable(self.name, f"the daemon has lost the UPS ({code})")
        return DeviceFault(self.name, f"the daemon refuses: {code}")
