"""Who looks at a running hall from outside: the journal, the broker's messages, a display's stream, every file."""

import contextlib
import sqlite3
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from devices.identity.synthetic import SyntheticPerson
from hall import messages as m

E = TypeVar("E", bound=m.Event)
_decode = msgspec.json.Decoder(m.AnyEvent).decode


def journal(database: Path, event_type: type[E]) -> list[E]:
    """The events of one type in the journal of a server that runs."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT body FROM event WHERE type = ? ORDER BY seq", [event_type.__name__])
        events = [_decode(body) for (body,) in rows]
    return [event for event in events if isinstance(event, event_type)]


class DisplayStream:
    """A call display: every byte that the server sends to it, and the texts of the calls among them."""

    def __init__(self, base_url: str) -> None:
        self.heard = bytearray()
        self.snapshots = 0
        self.texts: list[str] = []
        self._http = httpx.Client(base_url=base_url, timeout=httpx.Timeout(5.0, read=10.0), trust_env=False)
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _v: BaseException | None, _b: TracebackType | None) -> None:
        self._closing = True
        self._thread.join(5)
        self._http.close()

    def _run(self) -> None:
        with contextlib.suppress(httpx.HTTPError), self._http.stream("GET", "/api/v1/stream/display") as answer:
            rest = b""
            for piece in answer.iter_raw():
                if self._closing:
                    return
                self.heard += piece
                *blocks, rest = (rest + piece).split(b"\n\n")
                for block in blocks:
                    self._take(block.decode())

    def _take(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if fields.get("event") == "call":
            self.texts.append(msgspec.json.decode(fields["data"])["text"])
        self.snapshots += fields.get("event") == "snapshot"


class BrokerTap:
    """Hears every message of every topic."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _c, _u, packet: self.heard.append((packet.topic, bytes(packet.payload)))
        self._client.connect("127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, _t: type[BaseException] | None, _v: BaseException | None, _b: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def of(self, kind: str) -> list[Any]:
        """The messages of one type so far."""
        envelopes = [msgspec.json.decode(payload) for _topic, payload in self.heard if payload]
        return [envelope["data"] for envelope in envelopes if envelope["type"] == f"hallq.{kind}"]


def traces_of(person: SyntheticPerson) -> list[bytes]:
    """What must be found nowhere: number, most of a number, and name, in every spelling that a program may leave."""
    texts = [person.number, person.number.lower(), person.number[:14], person.name, person.address]
    spellings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    escaped = [text.encode("ascii", "backslashreplace") for text in texts]
    return sorted({text.encode(spelling) for text in texts for spelling in spellings} | set(escaped))


def leaks(folder: Path, traces: list[bytes]) -> list[str]:
    """The files below a folder that hold a trace in their content or in their name."""
    found = []
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder)).encode()
        content = path.read_bytes() if path.is_file() else b""
        found += [f"{path.name} holds a trace" for trace in traces if trace in content or trace in name]
    return found
