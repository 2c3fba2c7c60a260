"""Key presses of a scanner that plays a keyboard, turned into the bytes that it would send on a serial line.

Pure: it knows no device file. Such a scanner presses the keys of a US keyboard (the maker's setting "country: USA") and
ends a code with Enter. Letters of other scripts do not survive this way; scanners that press Alt for them spoil the
code, and it is dropped as a whole rather than given with holes.

Source: key numbers of linux/input-event-codes.h; "HID Usage Tables", keyboard page, for what is on a key.
"""

from collections.abc import Iterable
from typing import NamedTuple

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3  # the kernel's buffer ran over: events were lost
RELEASED, PRESSED = 0, 1  # 2 is a key held down, which scanners never mean

ROWS = (  # first key number, unshifted, shifted
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (15, "\tqwertyuiop[]", "\tQWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
KEYPAD = ((55, "*"), (71, "789-456+1230."), (98, "/"))  # the same with and without shift
ENTERS = {28, 96}  # Enter, Enter on the keypad
SHIFTS, CONTROLS = {42, 54}, {29, 97}
OTHERS = {56, 100, 125, 126}  # Alt and the logo keys: what is typed with them is no character of this keyboard
MODIFIERS = SHIFTS | CONTROLS | OTHERS
SPOILT = b"\xff"  # in no encoding: whatever line holds it is dropped

PLAIN = {first + n: c for first, row, _ in ROWS for n, c in enumerate(row)}
SHIFTED = {first + n: c for first, _, row in ROWS for n, c in enumerate(row)}
ON_KEYPAD = {first + n: c for first, row in KEYPAD for n, c in enumerate(row)}


class InputEvent(NamedTuple):
    """One event as the kernel gives it; its time is of no use here."""

    type: int
    code: int
    value: int


class Keyboard:
    """Remembers which of shift, control and the others are held."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._is_lost = False  # until the next report, after the kernel's buffer ran over

    def typed(self, events: Iterable[InputEvent]) -> bytes:
        """The bytes that these events type; SPOILT stands for what is no character. Never raises."""
        return b"".join(self._one(event) for event in events)

    def _one(self, event: InputEvent) -> bytes:
        if event.type == EV_SYN:
            return self._report(event.code)
        if event.type != EV_KEY or self._is_lost:
            return b""
        if event.code in MODIFIERS:
            (self._held.discard if event.value == RELEASED else self._held.add)(event.code)
            return b""
        return self._key(event.code) if event.value == PRESSED else b""

    def _report(self, code: int) -> bytes:
        if code == SYN_DROPPED:
            self._held.clear()
            self._is_lost = True
            return SPOILT
        self._is_lost = False
        return b""

    def _key(self, code: int) -> bytes:
        if code in ENTERS:
            return b"\r"
        if self._held & OTHERS:
            return SPOILT
        table = SHIFTED if self._held & SHIFTS else PLAIN
        character = ON_KEYPAD.get(code) or table.get(code, "")
        if self._held & CONTROLS and character:
            return bytes([ord(character.upper()) & 0x1F])  # Ctrl-J is a line's end, Ctrl-] the separator GS
        return character.encode("ascii")
