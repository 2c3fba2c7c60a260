"""What the kiosk and its camera process say to each other. Pictures travel behind a message, as its payload.

Only what is named here crosses the border: no object of OpenCV, and from the camera no picture that anybody must parse.
"""

import msgspec
from msgspec import Struct

from devices.errors import ProtocolError

# ---- where pictures come from ---------------------------------------------------------------------------------------


class V4l2(Struct, frozen=True, tag=True):
    """A USB camera."""

    path: str
    width_px: int
    height_px: int
    fps: int


class Stream(Struct, frozen=True, tag=True):
    """A network camera; the address may hold a password and is never shown."""

    url: str

    def __repr__(self) -> str:
        return "Stream(...)"


class Files(Struct, frozen=True, tag=True):
    """A picture, a folder of pictures, or an .avi."""

    path: str
    fps: int


Place = V4l2 | Stream | Files

# ---- from the kiosk -------------------------------------------------------------------------------------------------


class Open(Struct, frozen=True, tag=True):
    """Open the camera; always the first. Answered by `Opened`."""

    name: str
    place: Place
    dpi: int
    ocr: bool


class Check(Struct, frozen=True, tag=True):
    """Is there a picture? Answered by `Fine`."""


class Preview(Struct, frozen=True, tag=True):
    """The newest picture after number `after`, `width_px` wide at most. Answered by `Previewed` and RGB bytes."""

    after: int
    width_px: int
    is_card: bool  # what to outline


class Shoot(Struct, frozen=True, tag=True):
    """Take the page as it lies there from now on. Answered by `Taken`, a thumbnail and a JPEG, or by `NotTaken`."""

    is_card: bool


class Turn(Struct, frozen=True, tag=True):
    """Turn the JPEG in the payload, by 90, 180 or 270 degrees. Answered by `Turned`, a thumbnail and the JPEG."""

    clockwise_deg: int


class Bind(Struct, frozen=True, tag=True):
    """Make a PDF of the JPEGs in the payload. Answered by `Bound` and the PDF.

    Attributes:
        pages: for each page of the PDF, the lengths in bytes of the pictures on it: one page, or two sides of a card.
    """

    pages: tuple[tuple[int, ...], ...]
    limit_bytes: int


Request = Open | Check | Preview | Shoot | Turn | Bind

# ---- from the camera process ----------------------------------------------------------------------------------------


class Opened(Struct, frozen=True, tag=True):
    """It delivers pictures of this size."""

    width_px: int
    height_px: int


class Fine(Struct, frozen=True, tag=True):
    """It works; `warning` is a code such as "ocr_missing"."""

    warning: str | None = None


class Previewed(Struct, frozen=True, tag=True):
    """A small picture: RGB, 3 bytes a dot, from the top left, with the page outlined where one was found.

    Attributes:
        number: of the picture; those between the last one and it were dropped.
        why_not: None when a page was found and can be shot, or the code of what is wrong.
    """

    number: int
    width_px: int
    height_px: int
    why_not: str | None


class Sizes(Struct, frozen=True):
    """Of a page's JPEG, and of the thumbnail before it in the payload: RGB, 3 bytes a dot, from the top left."""

    width_px: int
    height_px: int
    thumb_width_px: int
    thumb_height_px: int


class Taken(Struct, frozen=True, tag=True):
    """A page was cut out and set upright.

    Attributes:
        sharpness: 0 to 1, see `devices.cameras.quality`.
        glare: share of the page that is burnt out, 0 to 1.
        is_blank: nothing is written on it.
        head_known: whether its writing told which end is the top; else it may stand on its head.
        suggestion: which document the words on it speak for; a person decides.
    """

    sizes: Sizes
    sharpness: float
    glare: float
    is_blank: bool
    head_known: bool
    suggestion: str | None = None


class Turned(Struct, frozen=True, tag=True):
    """A page was turned."""

    sizes: Sizes


class NotTaken(Struct, frozen=True, tag=True):
    """No shot; `why` is a stable code that a screen turns into words: a `page.Reason` or a `quality.Flaw`."""

    why: str


class Bound(Struct, frozen=True, tag=True):
    """A PDF; `dpi` and `quality` (of the JPEGs, 1 to 100) are what it took to stay below the limit."""

    pages: int
    dpi: int
    quality: int


class Failed(Struct, frozen=True, tag=True):
    """It could not be done; the code of a `DeviceError` and its cause."""

    code: str
    cause: str


Reply = Opened | Fine | Previewed | Taken | NotTaken | Turned | Bound | Failed

encode = msgspec.msgpack.Encoder().encode
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
NONSENSE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # msgspec lets the last two through


def decode_request(data: bytes, name: str) -> Request:
    """Read what the kiosk asks.

    Raises:
        ProtocolError: it makes no sense.
    """
    try:
        return _requests.decode(data)
    except NONSENSE as exc:
        raise ProtocolError(name, f"not a request: {exc}") from exc


def decode_reply(data: bytes, name: str) -> Reply:
    """Read what the camera process tells.

    Raises:
        ProtocolError: it makes no sense.
    """
    try:
        return _replies.decode(data)
    except NONSENSE as exc:
        raise ProtocolError(name, f"not a reply: {exc}") from exc
