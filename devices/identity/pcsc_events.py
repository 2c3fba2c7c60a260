"""What happens at the readers behind pcscd: plugged in or out, a card put in or taken out. Any number at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.errors import DeviceUnavailable
from devices.identity.pcsc_link import PcscError, PcscLink, SlotState


@dataclass(frozen=True, slots=True)
class ReaderPlugged:
    """A reader is there that was not."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderUnplugged:
    """A reader is gone, and with it whatever card was in it."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card was put in."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """A card was taken out."""

    reader: str


ReaderEvent = ReaderPlugged | ReaderUnplugged | CardInserted | CardRemoved


def events_between(before: Mapping[str, SlotState], after: Mapping[str, SlotState]) -> list[ReaderEvent]:
    """What happened between two looks at all readers; a card that was changed between them was taken out and put in."""
    happened: list[ReaderEvent] = [ReaderUnplugged(reader) for reader in before if reader not in after]
    for reader, slot in after.items():
        earlier = before.get(reader)
        if earlier is None:
            happened.append(ReaderPlugged(reader))
        had_card = earlier is not None and earlier.is_present
        is_other = earlier is not None and earlier.change != slot.change
        if had_card and (is_other or not slot.is_present):
            happened.append(CardRemoved(reader))
        if slot.is_present and (is_other or not had_card):
            happened.append(CardInserted(reader))
    return happened


class PcscWatch:
    """Watches every reader behind pcscd. One thread owns each."""

    def __init__(self, name: str = "card readers") -> None:
        """Prepare; nothing is opened before the first call."""
        self.name = name
        self._link = PcscLink()
        self._known: dict[str, SlotState] = {}

    def wait(self, timeout_s: float) -> list[ReaderEvent]:
        """What happened since the last call; waits for up to `timeout_s` when nothing did.

        The first call tells of all readers and cards that are there.

        Raises:
            DeviceUnavailable: pcscd is not there. The next call connects anew, and all its readers are new to it.
        """
        try:
            happened = self._look()
            if not happened and self._link.wait(self._known, timeout_s):
                happened = self._look()
        except PcscError as exc:
            self._link.close()
            self._known = {}
            raise DeviceUnavailable(self.name, str(exc)) from exc
        return happened

    def close(self) -> None:
        """Give the connection to pcscd back."""
        self._link.close()

    def _look(self) -> list[ReaderEvent]:
        found = {slot.reader: slot for slot in self._link.states(self._link.readers()) if slot.is_available}
        happened, self._known = events_between(self._known, found), found
        return happened
