"""Social security cards and their relatives in a PC/SC reader, through pcscd."""

import contextlib
import hashlib
import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import date

from devices.errors import CardUnreadable, DeviceUnavailable, NeedsSecurityModule
from devices.identity.apdu import CardError
from devices.identity.pcsc_cards import NeedsModule, read_card, read_uid
from devices.identity.pcsc_link import CARD_ERRORS, PcscError, PcscLink, SlotState
from hall.identity import IdentityDocument

logger = logging.getLogger(__name__)

MUTE = "the card does not answer; is it the right way round? Identity cards need a reader with a security module"


class PcscReader:
    """An `IdentityReader` on pcscd. Keeps working after pcscd was killed and started again. One thread owns each.

    A call takes as long as the card and the reader's own driver let it; pcscd offers no deadline for a command.
    """

    def __init__(
        self, reader: str, name: str = "card reader", *, today: Callable[[], date], combination: bool = False
    ) -> None:
        """Name a reader; nothing is opened before the first call.

        Args:
            reader: the start of the name that pcscd gives it.
            name: as the site file calls the reader.
            today: the hall's day, for the checks of dates.
            combination: it has a security module and reads resident cards (`pcsc_cards`).
        """
        self.name = name
        self._reader = reader
        self._today = today
        self._combination = combination
        self._link = PcscLink()
        self._looked: SlotState | None = None  # as the last look found it
        self._seen: int | None = None  # the change that was read already
        self._salt = secrets.token_bytes(16)
        self._last = b""  # salted hash of the number read last
        self._lost_count = False  # pcscd restarted: only `_last` can tell whether this is the card from before

    def wait(self, timeout_s: float) -> bool:
        """Wait until a card is put in or taken out, a reader is plugged in or out, or `timeout_s`.

        Returns:
            True: a look costs nothing, and tries again what could not be read.
        """
        if self._looked is None:
            return True
        try:
            self._link.wait({self._looked.reader: self._looked}, timeout_s)
        except PcscError as exc:
            logger.debug("%s: %s", self.name, exc)  # the look that follows finds out what it means
        return True

    def poll(self) -> IdentityDocument | None:
        """Look for a card and read it, once for each time it is put in.

        A card that could not be read is tried again at every poll until it is taken out; a resident card in a reader
        that cannot open it is not.

        Raises:
            NeedsSecurityModule: a resident card in a reader that cannot open it.
            CardUnreadable: lifted too early, the wrong way round, another kind of card, or protected.
            DeviceUnavailable: pcscd or the reader is not there.
        """
        slot = self._slot()
        if not slot.is_present:
            self._seen, self._last, self._lost_count = None, b"", False
            return None
        if slot.change == self._seen:
            return None
        try:
            document = self._read(slot)
        except NeedsSecurityModule:
            self._seen = slot.change  # no second try will read it here
            raise
        self._seen = slot.change  # only now: after a failure pcscd may miss that the card was laid again
        known = self._marked(document.number.encode())
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

    def card_mark(self) -> bytes | None:
        """Tells whether the same card was put again: a hash of its chip's number, salted anew for each reader.

        The number is the chip's and not the person's, and leaves this method in no other form.

        Returns:
            16 bytes; None when there is no card, or none with a lasting number.

        Raises:
            CardUnreadable: lifted too early, or the card does not answer.
            DeviceUnavailable: pcscd or the reader is not there.
        """
        slot = self._slot()
        if not slot.is_present:
            return None
        with _translated(self.name, self._link), self._link.card(slot.reader) as transmit:
            uid = read_uid(transmit)
        return None if uid is None else self._marked(uid)

    def close(self) -> None:
        """Give the connection to pcscd back; the next call opens it again."""
        self._link.close()

    def _marked(self, number: bytes) -> bytes:
        return hashlib.blake2b(number, key=self._salt, digest_size=16).digest()

    def _slot(self) -> SlotState:
        """The reader's state; a connection that died with an earlier pcscd is replaced once."""
        was_open = self._link.is_open
        try:
            return self._ask_slot()
        except DeviceUnavailable:
            if not was_open or self._link.is_open:
                raise
            logger.warning("%s: pcscd was restarted; connecting again", self.name)
            return self._ask_slot()

    def _ask_slot(self) -> SlotState:
        if not self._link.is_open:
            self._seen, self._lost_count = None, True
        self._looked = None
        try:
            (slot,) = self._link.states([self._find_reader()])
        except PcscError as exc:
            self._link.close()
            raise DeviceUnavailable(self.name, str(exc)) from exc
        if not slot.is_available:
            raise DeviceUnavailable(self.name, f"the reader {slot.reader!r} is not available")
        self._looked = slot
        return slot

    def _find_reader(self) -> str:
        readers = self._link.readers()
        for reader in readers:
            if reader.startswith(self._reader):
                return reader
        raise DeviceUnavailable(self.name, f"pcscd has no reader named {self._reader!r}; it has {readers or 'none'}")

    def _read(self, slot: SlotState) -> IdentityDocument:
        if slot.is_mute:
            raise CardUnreadable(self.name, MUTE)
        with _translated(self.name, self._link), self._link.card(slot.reader) as transmit:
            return read_card(transmit, slot.atr, self._today(), combination=self._combination)


@contextlib.contextmanager
def _translated(name: str, link: PcscLink) -> Iterator[None]:
    """Turns what goes wrong with a card into what its caller can act on."""
    try:
        yield
    except NeedsModule as exc:
        raise NeedsSecurityModule(name, str(exc)) from exc
    except CardError as exc:
        raise CardUnreadable(name, str(exc)) from exc
    except PcscError as exc:
        if exc.code in CARD_ERRORS:
            raise CardUnreadable(name, f"the card was lifted too early or failed: {exc}") from exc
        link.close()
        raise DeviceUnavailable(name, str(exc)) from exc
