"""Whether bytes are one whole JPEG picture of a sensible size, told without decoding it. Ignorant of OpenCV.

A decoder fills what is missing with grey and calls it a picture, and believes any size that a header claims; a scan
must be whole, and a claimed gigapixel must not be given memory. Source: ITU-T T.81, annex B (markers, frame header).
"""

from devices.errors import ProtocolError

MOST_PIXELS = 64_000_000  # document cameras have 5 to 16 megapixels
START, END = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN = 0xDA
FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15, without DHT, JPG and DAC
ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}  # markers without a length behind them
LONGEST_PADDING = 65536  # bytes; some USB cameras fill up their buffer with zeros


def size_of(data: bytes, name: str) -> tuple[int, int]:
    """The width and height in pixels of a picture that is whole.

    Args:
        data: one JPEG; zeros may follow it.
        name: of the camera, for the error.

    Raises:
        ProtocolError: it is not a JPEG, was cut off, or claims more than `MOST_PIXELS`.
    """
    if data[:2] != START:
        raise ProtocolError(name, f"not a JPEG picture: {len(data)} bytes beginning {data[:4].hex()}")
    if not _is_ended(data):
        raise ProtocolError(name, f"half a JPEG picture: {len(data)} bytes without an end")
    size = _frame_size(data)
    if size is None:
        raise ProtocolError(name, f"a JPEG picture without a size: {len(data)} bytes")
    width, height = size
    if not 0 < width * height <= MOST_PIXELS:
        raise ProtocolError(name, f"a JPEG picture of {width} by {height} pixels")
    return size


def _is_ended(data: bytes) -> bool:
    end = data.rfind(END, max(2, len(data) - LONGEST_PADDING))
    return end >= 0 and not data[end + 2 :].strip(b"\x00")


def _frame_size(data: bytes) -> tuple[int, int] | None:
    """What the frame header says, where it stands before the scan, as it must."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in ALONE:
            at += 2
        elif marker in FRAME_HEADERS:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        elif marker == START_OF_SCAN:
            return None
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
