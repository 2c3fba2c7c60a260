"""Document cameras in a site file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from settings.table import Table

Pixels = Annotated[int, Field(ge=320, le=8192)]


class CameraTable(Table):
    """What does not depend on how the camera is connected."""

    dpi: Annotated[int, Field(ge=100, le=300)] = 200  # of a page's picture; A4 at 200 needs a camera of 5 megapixels
    pdf_limit_kb: Annotated[int, Field(ge=100, le=50_000)] = 4096  # what the platform takes as one attachment
    ocr: bool = False  # reads the page to suggest which document it is; needs the extra `ocr`


class V4l2Camera(CameraTable):
    """A USB camera."""

    kind: Literal["v4l2"]
    path: Annotated[str, Field(pattern=r"^/dev/")]  # under /dev/v4l/by-path or by-id: /dev/video0 and 1 may swap
    width_px: Pixels = 2592
    height_px: Pixels = 1944
    fps: Annotated[int, Field(ge=1, le=60)] = 15


class StreamCamera(CameraTable):
    """A network camera."""

    kind: Literal["stream"]
    url: Annotated[str, Field(pattern=r"^(https?|rtsp)://[^@\s]+$")]  # MJPEG over HTTP, or RTSP; without a password
    username: Annotated[str, Field(pattern=r"^[^:@/\s]+$")] | None = None
    password: SecretStr | None = None


class FileCamera(CameraTable):
    """Pictures from a disk instead of a camera: for trials and exhibitions."""

    kind: Literal["file"]
    path: Path  # a picture, a folder of pictures, or an .avi
    fps: Annotated[int, Field(ge=1, le=60)] = 25


Camera = Annotated[V4l2Camera | StreamCamera | FileCamera, Field(discriminator="kind")]
