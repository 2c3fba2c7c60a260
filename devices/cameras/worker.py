"""The camera's own process: `python -m devices.cameras.worker FD PID`, started by `CameraProcess`.

It serves one socket and ends with it. A picture may crash it, hang it or fill its memory: nobody else notices more
than a shot that has to be taken again.
"""

import importlib.util
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from devices.cameras import messages as m
from devices.cameras import quiet
from devices.cameras.framing import FrameDecoder, frame
from devices.errors import DeviceError, ProtocolError

if TYPE_CHECKING:
    from devices.cameras.newest import NewestFrame
    from devices.cameras.service import CameraService
    from devices.cameras.vision import Vision

logger = logging.getLogger(__name__)

RECEIVE = 1 << 20


def main(arguments: Sequence[str], vision: "Vision | None" = None) -> int:
    """Serve until the kiosk hangs up.

    Args:
        arguments: the socket's file number, and the process that must be our parent.
        vision: None for the product's own.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the kiosk, and this process ends with it
    quiet.die_with(int(arguments[1]))
    quiet.silence_libraries()
    quiet.leave_no_trace()
    quiet.limit_memory()
    with socket.socket(fileno=int(arguments[0])) as kiosk:
        serve(kiosk, vision)
    return 0


def serve(kiosk: socket.socket, vision: "Vision | None") -> None:
    """Open the camera that the first request names, then answer the others."""
    requests = _requests(kiosk)
    try:
        opened, _payload = next(requests, (None, None))
        if isinstance(opened, m.Open):
            _serve(kiosk, opened, requests, vision)
    except OSError as exc:
        logger.info("camera process: the kiosk is gone: %s", exc)
    except ProtocolError as exc:
        logger.error("camera process: %s", exc)


def _serve(
    kiosk: socket.socket, opened: m.Open, requests: Iterator[tuple[m.Request, bytearray]], vision: "Vision | None"
) -> None:
    try:
        newest = _open(opened)
    except DeviceError as exc:
        _tell(kiosk, _failed(exc))
        return
    try:
        service = _service(newest, opened, vision)
        _answer(kiosk, service, opened, bytearray(), opened.name)
        for request, payload in requests:
            _answer(kiosk, service, request, payload, opened.name)
    finally:
        newest.close()


def _requests(kiosk: socket.socket) -> Iterator[tuple[m.Request, bytearray]]:
    decoder = FrameDecoder("kiosk")
    while data := kiosk.recv(RECEIVE):
        for message, payload in decoder.feed(data):
            yield m.decode_request(message, "kiosk"), payload


def _open(opened: m.Open) -> "NewestFrame":
    from devices.cameras.newest import NewestFrame
    from devices.cameras.sources import open_source

    return NewestFrame(open_source(opened.place, opened.name), opened.name)


def _service(newest: "NewestFrame", opened: m.Open, vision: "Vision | None") -> "CameraService":
    from devices.cameras.service import CameraService

    if vision is None:
        from devices.cameras.scanning import PageVision

        vision = PageVision()
    suggest, warning = None, None
    if opened.ocr:
        from devices.cameras.ocr import Engine

        if importlib.util.find_spec("rapidocr_onnxruntime") is None:
            warning = "ocr_missing"
        else:
            suggest = Engine(opened.name).suggest
    return CameraService(newest, vision, opened, suggest, warning)


def _answer(kiosk: socket.socket, service: "CameraService", request: m.Request, payload: bytearray, name: str) -> None:
    """Answer one request; what fails in an unexpected way is told as such, and the next one is served."""
    try:
        reply, data = service.answer(request, payload)
    except DeviceError as exc:
        reply, data = _failed(exc), b""
    except Exception as exc:
        logger.exception("%s: a request failed in an unexpected way", name)
        cause = f"the camera process failed in an unexpected way ({type(exc).__name__})"
        reply, data = _failed(ProtocolError(name, cause)), b""
    _tell(kiosk, reply, data)


def _failed(exc: DeviceError) -> m.Failed:
    return m.Failed(exc.code, exc.cause)


def _tell(kiosk: socket.socket, reply: m.Reply, data: bytes = b"") -> None:
    kiosk.sendall(frame(m.encode(reply), data))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
