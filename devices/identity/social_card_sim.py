"""A social security card in a virtual reader."""

from collections.abc import Mapping

from devices.identity.social_card import CARD_FILE, DF_NAME, HOLDER_FILE
from devices.identity.synthetic import SyntheticPerson
from devices.identity.virtual_card import VirtualCard

Files = Mapping[int, Mapping[int, bytes]]  # file -> tag -> value


def card_files(person: SyntheticPerson) -> Files:
    """The two files of a person's card, records padded as on the card."""
    name = person.name.encode("gb18030")
    return {
        CARD_FILE: {
            0x01: bytes(16),
            0x02: b"1",
            0x03: b"3.00",
            0x04: bytes(12),
            0x05: bytes.fromhex(f"{person.valid_from:%Y%m%d}"),
            0x06: bytes.fromhex(f"{person.valid_to:%Y%m%d}") if person.valid_to else bytes(4),
            0x07: b"T00000000",
        },
        HOLDER_FILE: {
            0x08: person.number.encode("ascii"),
            0x09: name[:30].ljust(30, b"\0"),
            0x4E: name[30:50].ljust(20, b"\0"),
            0x0A: person.sex.encode("ascii"),
            0x0B: bytes.fromhex(person.ethnic),
            0x0C: bytes.fromhex(person.number[:6]),
            0x0D: bytes.fromhex(f"{person.birth:%Y%m%d}"),
        },
    }


class SocialCardSim(VirtualCard):
    """A card with the social security application.

    Attributes:
        protected: tags that answer "security status not satisfied", as on third-generation cards.
        answers_in_two: announce answers with 61xx and hand them out on GET RESPONSE, as T=0 cards do.
    """

    def __init__(self, port: int, files: Files, *, host: str = "127.0.0.1") -> None:
        super().__init__(port, host=host)
        self._files = files
        self.protected: set[int] = set()
        self.answers_in_two = False
        self.power()

    def _say(self, command: bytes) -> bytes:
        if len(command) < 4 or command[0] != 0x00:
            return b"\x6e\x00"
        match command[1]:
            case 0xA4:
                return self._select(command)
            case 0xB2:
                return self._read_record(command)
            case 0xC0:
                return self._get_response(command)
        return b"\x6d\x00"

    def power(self) -> None:
        """The card was reset: nothing is selected."""
        self._is_selected, self._file = False, 0
        self._waiting = b""

    def _select(self, command: bytes) -> bytes:
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if command[2] == 0x04:
            self._is_selected = data == DF_NAME
            return b"\x90\x00" if self._is_selected else b"\x6a\x82"
        file_id = int.from_bytes(data, "big")
        if not self._is_selected or file_id not in self._files:
            return b"\x6a\x82"
        self._file = file_id
        return b"\x90\x00"

    def _read_record(self, command: bytes) -> bytes:
        records = self._files.get(self._file, {})
        tag, asked = command[2], command[4] if len(command) > 4 else 0
        if tag in self.protected:
            return b"\x69\x82"
        if not self._is_selected or tag not in records:
            return b"\x6a\x83"
        record = bytes([tag, len(records[tag])]) + records[tag]
        if asked != len(record):
            return bytes([0x6C, len(record)])
        if self.answers_in_two:
            self._waiting = record
            return bytes([0x61, len(record)])
        return record + b"\x90\x00"

    def _get_response(self, command: bytes) -> bytes:
        part, self._waiting = self._waiting[: command[4]], self._waiting[command[4] :]
        return part + (bytes([0x61, len(self._waiting)]) if self._waiting else b"\x90\x00")
