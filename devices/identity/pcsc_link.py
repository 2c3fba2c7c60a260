"""The connection to pcscd: its readers, their states, waiting for a change, and talking to a card. It knows no card.

Built on SCardGetStatusChange and not on pyscard's CardMonitor, whose thread ends for good when pcscd does.
Source: PC/SC part 5, the API of pcsc-lite.
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smartcard import scard

from devices.identity.apdu import CardError, Transmit

logger = logging.getLogger(__name__)

PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
PLUG = "\\\\?PnP?\\Notification"  # the pseudo-reader that changes when a reader is plugged in or out
COUNTER_SHIFT = 16  # the upper half of a state counts cards put in and taken out
CARD_ERRORS = frozenset(  # the card's doing: lift it and lay it again. Everything else is the reader's or pcscd's.
    code & 0xFFFFFFFF
    for code in (
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_W_UNSUPPORTED_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_NOT_TRANSACTED,
        scard.SCARD_E_PROTO_MISMATCH,
        scard.SCARD_F_COMM_ERROR,
    )
)


class PcscError(Exception):
    """A call to pcscd failed."""

    def __init__(self, call: str, code: int) -> None:
        self.code = code & 0xFFFFFFFF
        super().__init__(f"{call}: {scard.SCardGetErrorMessage(code).strip()} (0x{self.code:08X})")


@dataclass(frozen=True, slots=True)
class SlotState:
    """What a reader says about its slot."""

    reader: str
    flags: int
    atr: bytes = b""  # how the card answered to power

    @property
    def is_available(self) -> bool:
        """Whether the reader itself is there."""
        return not self.flags & (scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_UNKNOWN)

    @property
    def is_present(self) -> bool:
        """Whether a card is in it."""
        return bool(self.flags & scard.SCARD_STATE_PRESENT)

    @property
    def is_mute(self) -> bool:
        """Whether there is a card that does not answer."""
        return bool(self.flags & scard.SCARD_STATE_MUTE)

    @property
    def change(self) -> int:
        """Another number: another card, or the same one laid again."""
        return self.flags >> COUNTER_SHIFT


class PcscLink:
    """Connects at the first call, and again at the first one after an error. One thread owns each.

    A call takes as long as the card and the reader's own driver let it; pcscd offers no deadline for a command.
    """

    def __init__(self) -> None:
        self._context: Any = None

    @property
    def is_open(self) -> bool:
        """Whether a connection stands, as far as is known."""
        return self._context is not None

    def close(self) -> None:
        """Give the connection back; closing twice is harmless."""
        if self._context is not None:
            scard.SCardReleaseContext(self._context)  # fails when pcscd is gone, and frees our side all the same
            self._context = None

    def readers(self) -> list[str]:
        """The names of the readers that are plugged in.

        Raises:
            PcscError: pcscd is not there; so for every call here.
        """
        code, names = scard.SCardListReaders(self._opened(), [])
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE):
            raise self._failed("list readers", code)
        return [str(name) for name in names or ()]

    def states(self, readers: Sequence[str]) -> list[SlotState]:
        """How the slots of these readers are now, in the same order."""
        if not readers:
            return []
        asked = [(reader, scard.SCARD_STATE_UNAWARE) for reader in readers]
        code, found = scard.SCardGetStatusChange(self._opened(), 0, asked)
        if code != scard.SCARD_S_SUCCESS:
            raise self._failed("ask for cards", code)
        return [SlotState(str(name), flags, bytes(atr)) for name, flags, atr in found]

    def wait(self, known: Mapping[str, SlotState], timeout_s: float) -> bool:
        """Wait until a slot is no longer as known, or a reader is plugged in or out; at most `timeout_s`.

        Returns:
            Whether anything changed.
        """
        asked = [(reader, slot.flags & ~scard.SCARD_STATE_CHANGED) for reader, slot in known.items()]
        asked.append((PLUG, scard.SCARD_STATE_UNAWARE))
        code, _found = scard.SCardGetStatusChange(self._opened(), max(1, round(timeout_s * 1000)), asked)
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
            raise self._failed("wait for cards", code)
        return bool(code == scard.SCARD_S_SUCCESS)

    @contextlib.contextmanager
    def card(self, reader: str) -> Iterator[Transmit]:
        """Talk to the card in a reader, and nobody else meanwhile.

        Raises:
            PcscError: see `CARD_ERRORS` for those that are the card's doing.
        """
        code, card, protocol = scard.SCardConnect(self._opened(), reader, scard.SCARD_SHARE_EXCLUSIVE, PROTOCOLS)
        if code != scard.SCARD_S_SUCCESS:
            raise self._failed("power the card", code)
        header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

        def transmit(command: bytes) -> tuple[bytes, int]:
            code, answer = scard.SCardTransmit(card, header, list(command))
            if code != scard.SCARD_S_SUCCESS:
                raise self._failed("send a command", code)
            if len(answer) < 2:
                raise CardError(f"the card was lifted too early: it answered with {len(answer)} bytes")
            data = bytes(answer)
            return data[:-2], int.from_bytes(data[-2:], "big")

        try:
            yield transmit
        finally:
            # Not reset: when the card is gone that fails, and pcscd then takes no notice of a card that is put
            # in before its next look at the slot (measured with pcscd 1.9.9).
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)

    def _opened(self) -> Any:
        if self._context is None:
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            if code != scard.SCARD_S_SUCCESS:
                raise PcscError("connect to pcscd", code)
            self._context = context
        return self._context

    def _failed(self, call: str, code: int) -> PcscError:
        error = PcscError(call, code)
        if error.code not in CARD_ERRORS:
            self.close()  # an old connection stays dead after pcscd was restarted
        return error
