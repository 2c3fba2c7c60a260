"""Social security cards in a PC/SC reader, through pcscd. Source: PC/SC part 5, the API of pcsc-lite.

Built on SCardGetStatusChange and not on pyscard's CardMonitor, whose thread ends for good when pcscd does.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

from smartcard import scard

from devices.errors import CardUnreadable, DeviceUnavailable
from devices.identity.social_card import SocialCardError, read_social_card
from hall.identity import IdentityDocument

logger = logging.getLogger(__name__)

PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
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
COUNTER_SHIFT = 16  # the upper half of a state counts cards put in and taken out


class _PcscError(Exception):
    """A call to pcscd failed."""

    def __init__(self, call: str, code: int) -> None:
        self.code = code & 0xFFFFFFFF
        super().__init__(f"{call}: {scard.SCardGetErrorMessage(code).strip()} (0x{self.code:08X})")


@dataclass(frozen=True, slots=True)
class _Slot:
    """What a reader says about its slot."""

    reader: str
    is_present: bool
    is_mute: bool
    change: int  # another number: another card, or the same one laid again


class PcscReader:
    """An `IdentityReader` on pcscd. Keeps working after pcscd was killed and started again. One thread owns each.

    A call takes as long as the card and the reader's own driver let it; pcscd offers no deadline for a command.
    """

    def __init__(self, reader: str, name: str = "card reader", *, today: Callable[[], date]) -> None:
        """Name a reader; nothing is opened before the first call.

        Args:
            reader: the start of the name that pcscd gives it.
            name: as the site file calls the reader.
            today: the hall's day, for the checks of dates.
        """
        self.name = name
        self._reader = reader
        self._today = today
        self._context: Any = None
        self._seen: int | None = None  # the change that was read already
        self._salt = secrets.token_bytes(16)
        self._last = b""  # salted hash of the number read last
        self._lost_count = False  # pcscd restarted: only `_last` can tell whether this is the card from before

    def poll(self) -> IdentityDocument | None:
        """Look for a card and read it, once for each time it is put in.

        A card that could not be read is tried again at every poll until it is taken out.

        Raises:
            CardUnreadable: lifted too early, the wrong way round, another kind of card, or protected.
            DeviceUnavailable: pcscd or the reader is not there.
        """
        slot = self._slot()
        if not slot.is_present:
            self._seen, self._last, self._lost_count = None, b"", False
            return None
        if slot.change == self._seen:
            return None
        if slot.is_mute:
            raise CardUnreadable(self.name, "the card does not answer; is it the right way round?")
        document = self._read(slot.reader)
        self._seen = slot.change  # only now: after a failure pcscd may miss that the card was laid again
        known = hashlib.blake2b(document.number.encode(), key=self._salt).digest()
        is_same = self._lost_count and known == self._last
        self._last, self._lost_count = known, False
        return None if is_same else document

    def is_present(self) -> bool:
        """Whether a card is in the slot.

        Raises:
            DeviceUnavailable: pcscd or the reader is not there.
        """
        return self._slot().is_present

    def check(self) -> str | None:
        """Ask pcscd for the reader; there are no warnings, only errors."""
        self._slot()
        return None

    def close(self) -> None:
        """Give the connection to pcscd back; the next call opens it again."""
        if self._context is not None:
            scard.SCardReleaseContext(self._context)  # fails when pcscd is gone, and frees our side all the same
            self._context = None

    def _slot(self) -> _Slot:
        """The reader's state; a connection that died with an earlier pcscd is replaced once."""
        had_context = self._context is not None
        try:
            return self._ask_slot()
        except DeviceUnavailable:
            if not had_context or self._context is not None:
                raise
            logger.warning("%s: pcscd was restarted; connecting again", self.name)
            return self._ask_slot()

    def _ask_slot(self) -> _Slot:
        try:
            if self._context is None:
                self._context = _done("connect to pcscd", scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM))
                self._seen, self._lost_count = None, True
            reader = self._find_reader()
            (_name, state, _atr), *_ = _done(
                "ask for the card",
                scard.SCardGetStatusChange(self._context, 0, [(reader, scard.SCARD_STATE_UNAWARE)]),
            )
        except _PcscError as exc:
            self.close()
            raise DeviceUnavailable(self.name, str(exc)) from exc
        if state & (scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_UNKNOWN):
            raise DeviceUnavailable(self.name, f"the reader {reader!r} is not available")
        return _Slot(
            reader,
            bool(state & scard.SCARD_STATE_PRESENT),
            bool(state & scard.SCARD_STATE_MUTE),
            state >> COUNTER_SHIFT,
        )

    def _find_reader(self) -> str:
        code, readers = scard.SCardListReaders(self._context, [])
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE):
            raise _PcscError("list readers", code)
        for reader in readers:
            if reader.startswith(self._reader):
                return str(reader)
        raise DeviceUnavailable(self.name, f"pcscd has no reader named {self._reader!r}; it has {readers or 'none'}")

    def _read(self, reader: str) -> IdentityDocument:
        try:
            with ExitStack() as stack:
                card, protocol = _done(
                    "power the card",
                    scard.SCardConnect(self._context, reader, scard.SCARD_SHARE_EXCLUSIVE, PROTOCOLS),
                )
                # Not reset: when the card is gone that fails, and pcscd then takes no notice of a card that is put
                # in before its next look at the slot (measured with pcscd 1.9.9).
                stack.callback(scard.SCardDisconnect, card, scard.SCARD_LEAVE_CARD)
                return read_social_card(_transmitter(card, protocol), self._today())
        except SocialCardError as exc:
            raise CardUnreadable(self.name, str(exc)) from exc
        except _PcscError as exc:
            if exc.code in CARD_ERRORS:
                raise CardUnreadable(self.name, f"the card was lifted too early or failed: {exc}") from exc
            self.close()
            raise DeviceUnavailable(self.name, str(exc)) from exc


def _transmitter(card: Any, protocol: int) -> Callable[[bytes], tuple[bytes, int]]:
    header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def transmit(command: bytes) -> tuple[bytes, int]:
        answer = bytes(_done("send a command", scard.SCardTransmit(card, header, list(command))))
        if len(answer) < 2:
            raise SocialCardError(f"the card was lifted too early: it answered with {len(answer)} bytes")
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return transmit


def _done(call: str, result: Any) -> Any:
    """Take the code off a result of pyscard, and raise unless it says success."""
    code, *values = result
    if code != scard.SCARD_S_SUCCESS:
        raise _PcscError(call, code)
    return values[0] if len(values) == 1 else values
