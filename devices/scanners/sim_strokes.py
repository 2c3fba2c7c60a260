"""The key presses of a scanner that plays a US keyboard, by the names that the kernel gives keys."""

from collections.abc import Iterator

from evdev import ecodes

from devices.scanners.keyboard import InputEvent

NAMES = {  # what is on a key, and what is on it with shift
    "KEY_MINUS": "-_", "KEY_EQUAL": "=+", "KEY_LEFTBRACE": "[{", "KEY_RIGHTBRACE": "]}", "KEY_BACKSLASH": "\\|",
    "KEY_SEMICOLON": ";:", "KEY_APOSTROPHE": "'\"", "KEY_GRAVE": "`~", "KEY_COMMA": ",<", "KEY_DOT": ".>",
    "KEY_SLASH": "/?", "KEY_SPACE": " ", "KEY_TAB": "\t", "KEY_ENTER": "\r",
    **{f"KEY_{digit}": digit + symbol for digit, symbol in zip("1234567890", "!@#$%^&*()", strict=True)},
    **{f"KEY_{letter}": letter.lower() + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}  # fmt: skip
KEYS = {character: (name, bool(n)) for name, both in NAMES.items() for n, character in enumerate(both)}
SYN = InputEvent(ecodes.EV_SYN, ecodes.SYN_REPORT, 0)
CODES = sorted({ecodes.ecodes[name] for name in NAMES} | {ecodes.KEY_LEFTSHIFT, ecodes.KEY_LEFTCTRL})
"""Every key that such a scanner has."""


def strokes(text: str) -> list[InputEvent]:
    """Every press and release that types a text, Enter not included.

    Control characters other than tab and CR are typed with the control key, as scanners do in their keyboard mode.

    Raises:
        KeyError: a character that no key of this keyboard has.
    """
    return [event for character in text for event in _stroke(character)]


def _stroke(character: str) -> Iterator[InputEvent]:
    modifier = None
    if character not in KEYS and character < " ":
        modifier, character = ecodes.KEY_LEFTCTRL, chr(ord(character) | 0x40).lower()
    name, is_shifted = KEYS[character]
    if is_shifted:
        modifier = ecodes.KEY_LEFTSHIFT
    code = ecodes.ecodes[name]
    keys = [code] if modifier is None else [modifier, code]
    for key in keys:
        yield from (InputEvent(ecodes.EV_KEY, key, 1), SYN)
    for key in reversed(keys):
        yield from (InputEvent(ecodes.EV_KEY, key, 0), SYN)
