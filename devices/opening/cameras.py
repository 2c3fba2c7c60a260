"""Opens document cameras. What is plainly not there is told at once, without a process being started for it."""

import socket
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from devices.cameras.document_camera import DocumentCamera
from devices.cameras.messages import Files, Open, Place, Stream, V4l2
from devices.errors import DeviceUnavailable
from settings.devices import cameras as tables

KNOCK_S = 2.0
PORTS = {"http": 80, "https": 443, "rtsp": 554}


def open_camera(table: tables.Camera, name: str) -> DocumentCamera:
    """Open one.

    Args:
        name: as health and logs call it, e.g. "K01.camera".

    Raises:
        DeviceError: it is not there or delivers no pictures.
    """
    place = _place(table)
    _knock(place, name)
    return DocumentCamera(Open(name, place, table.dpi, table.ocr), pdf_limit_bytes=table.pdf_limit_kb * 1024)


def _place(table: tables.Camera) -> Place:
    match table:
        case tables.V4l2Camera():
            return V4l2(table.path, table.width_px, table.height_px, table.fps)
        case tables.StreamCamera():
            return Stream(_with_login(table))
        case tables.FileCamera():
            return Files(str(table.path), table.fps)


def _with_login(table: tables.StreamCamera) -> str:
    if table.username is None:
        return table.url
    parts = urlsplit(table.url)
    password = table.password.get_secret_value() if table.password else ""
    login = f"{quote(table.username, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def _knock(place: Place, name: str) -> None:
    match place:
        case V4l2(path=path) if not Path(path).exists():
            raise DeviceUnavailable(name, f"nothing is plugged in at {path}")
        case Files(path=path) if not Path(path).exists():
            raise DeviceUnavailable(name, f"there is no file {path}")
        case Stream(url=url):
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
            try:
                socket.create_connection((host, port), timeout=KNOCK_S).close()
            except OSError as exc:
                raise DeviceUnavailable(name, f"cannot connect to {host}:{port}: {exc}") from exc
