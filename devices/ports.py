"""What the rest of HallQ asks of a device, named after the need and not after the thing."""

from typing import Protocol

from devices.credentials.token import CredentialToken
from devices.power.state import PowerState
from devices.scanners.scan import Scan
from hall.identity import IdentityDocument


class Device(Protocol):
    """Anything a worker thread opens, watches and closes. Closing twice is harmless."""

    name: str

    def check(self) -> str | None:
        """Ask the device how it is; called every few seconds between jobs.

        Returns:
            None when all is well, or the code of a warning such as "paper_near_end".

        Raises:
            DeviceError: it cannot work.
        """
        ...

    def close(self) -> None:
        """Give the port back."""
        ...


class IdentityReader(Device, Protocol):
    """Reads identity documents."""

    def wait(self, timeout_s: float) -> bool:
        """Wait until a look is worth while: the reader told of a card, or may be asked again; at most `timeout_s`.

        Poll only when it says so, and leave no other pause between two polls.

        Returns:
            Whether to look now; False: the reader may not be asked yet.

        Raises:
            DeviceError: the reader cannot work.
        """
        ...

    def poll(self) -> IdentityDocument | None:
        """Look once for a document and read it whole.

        A document that stays on the reader is read once; it is found again after it was lifted.

        Returns:
            The document, or None when none (or the same one still) lies there.

        Raises:
            CardUnreadable: a document lies there but could not be read; lift it and lay it again.
            DeviceError: the reader cannot work.
        """
        ...

    def is_present(self) -> bool:
        """Whether a document still lies on the reader, as far as this kind of reader can tell.

        Raises:
            DeviceError: the reader cannot work.
        """
        ...


class TicketPrinter(Device, Protocol):
    """Puts a rendered ticket on paper."""

    def ready(self) -> str | None:
        """Ask for paper before a number is drawn.

        Returns:
            None, or the code of a warning: "paper_near_end"; "paper_unknown" of printers that cannot answer.

        Raises:
            PaperOut, CoverOpen, CutterFault, DeviceUnavailable, ProtocolError: nothing can be printed now.
        """
        ...

    def print(self, job_id: str, raster: bytes) -> None:
        """Print and cut one ticket; the same `job_id` again is answered and not printed again.

        Args:
            job_id: names the job; the last few are remembered.
            raster: ESC/POS bytes from `devices.printers.raster.raster` or `text_mode.text_job`, without a cut.

        Raises:
            PaperOut, CoverOpen, CutterFault, ProtocolError: the printer says what went wrong.
            DeviceUnavailable: no answer, or the port failed; part may be on paper.
        """
        ...


class CounterDisplay(Device, Protocol):
    """The bars of one line or card. Each shows one counter's state, and returns what can be read on it from then on."""

    def show_idle(self, counter_no: str, text: str, /) -> str:
        """The counter is free, or serves somebody who is already there.

        Args:
            text: e.g. the window's number and business.

        Raises:
            DeviceError: it may not be shown.
        """
        ...

    def show_call(self, counter_no: str, display_number: str, text: str, /) -> str:
        """A number is called: the bar draws attention to itself, as far as it can.

        Args:
            display_number: e.g. "A001", for bars without words.
            text: e.g. "请A001号".

        Raises:
            DeviceError: it may not be shown.
        """
        ...

    def show_paused(self, counter_no: str, text: str, /) -> str:
        """Nobody is served here for now.

        Raises:
            DeviceError: it may not be shown.
        """
        ...

    def show_message(self, counter_no: str, text: str, /) -> str:
        """Anything else.

        Raises:
            DeviceError: it may not be shown.
        """
        ...

    def clear(self, counter_no: str, /) -> None:
        """Leave the bar blank, as far as it can be.

        Raises:
            DeviceError: it may still show something.
        """
        ...


class Speaker(Device, Protocol):
    """Says sentences by itself, one at a time."""

    def speak(self, sentence: str) -> None:
        """Say a sentence to its end.

        Raises:
            DeviceError: it was not said, or not whole.
        """
        ...


class Switches(Device, Protocol):
    """Relays that something is wired to, and inputs that sensors are wired to. Channels count from 1."""

    channels: int

    def set(self, channel: int, *, on: bool) -> None:
        """Switch one relay.

        Raises:
            DeviceError: it may be on or off.
        """
        ...

    def inputs(self) -> tuple[bool, ...]:
        """Which inputs are active; () when it has none.

        Raises:
            DeviceError: it did not say.
        """
        ...


class PowerSupply(Device, Protocol):
    """Says whether the mains are there and how long a battery lasts."""

    def read(self) -> PowerState:
        """Ask once.

        Raises:
            DeviceError: it did not say.
        """
        ...


class CodeScanner(Device, Protocol):
    """Reads QR codes and barcodes; what a text means is told by `hall.codes.parse_code`."""

    def poll(self) -> Scan | None:
        """Look once for a code, waiting for at most 0.1 s; to be called at least every 0.2 s.

        Codes that come faster are kept and given one by one. A code that lies under the scanner is given once.

        Raises:
            DeviceUnavailable: the scanner was unplugged, or its port failed.
        """
        ...


class CredentialResolver(Device, Protocol):
    """Turns the QR code on a visitor's telephone into a person."""

    def resolve(self, token: CredentialToken) -> IdentityDocument:
        """Ask the platform who shows this code. A code is accepted once and never again.

        Returns:
            A document of the kind `e_credential`; the platform vouches for it, nothing here verified it.

        Raises:
            CredentialExpired, CredentialUsed, CredentialRefused: another code is needed.
            DeviceUnavailable: no answer in time; the same code may be tried again.
            ProtocolError: the answer makes no sense.
        """
        ...
