"""A simulated evaluator tablet: a WebSocket client as a vendor would write one from docs/protocol/tablet.md.

It builds and reads plain JSON and shares no types with the server, so that it does not share its misunderstandings.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

AGAIN_S = 0.5
OPEN_S = 5.0
LARGEST_TEXT = 65_536

Said = dict[str, Any]


class TabletSim:
    """A tablet that connects, stays connected, and shows what it is asked to. Safe to use from any thread.

    Attributes:
        heard: everything that the server said, oldest first.
        quest: the rating that is shown now.
        mute: it sends no heartbeats (a knob).
        refused_with: the HTTP status with which it was not let in, if it was not.
    """

    def __init__(
        self,
        url: str,
        token: str,
        counter_no: str,
        *,
        on_said: Callable[[Said], None] = lambda _said: None,
        heartbeat_s: float | None = None,
    ) -> None:
        """Switch on; it connects, and connects again, until it is closed.

        Args:
            url: e.g. "ws://127.0.0.1:8080/api/v1/tablet".
            token: the one that the site file keeps the hash of.
            counter_no: the window that it logs in to.
            on_said: hears what the server says, in the tablet's thread.
            heartbeat_s: None: as the server says.
        """
        self.heard: list[Said] = []
        self.quest: Said | None = None
        self.mute = False
        self.connections = 0
        self.refused_with: int | None = None
        self._url, self._token, self._counter_no = url, token, counter_no
        self._on_said = on_said
        self._heartbeat_s, self._is_heartbeat_given = heartbeat_s or 30.0, heartbeat_s is not None
        self._connection: ClientConnection | None = None
        self._is_away = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated tablet", daemon=True)
        self._thread.start()

    @property
    def is_connected(self) -> bool:
        """Whether it is logged in now."""
        return self._connection is not None

    def submit(self, level: str, rate_id: str | None = None) -> None:
        """The visitor touches a level, of the rating that is shown or of a named one."""
        quest = self.quest
        chosen = rate_id or (quest["rate_id"] if quest else "none-is-shown")
        self.say({"type": "RateSubmit", "rate_id": chosen, "level": level})

    def say(self, message: Said) -> None:
        """Send any message; nothing while it is not connected."""
        self.say_text(json.dumps(message))

    def say_text(self, text: str) -> None:
        """Send any text; nothing while it is not connected."""
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(ConnectionClosed):
                connection.send(text)

    def go_away(self) -> None:
        """Lose the network until `come_back`; the server is not told."""
        self._is_away.set()
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """Have the network again."""
        self._is_away.clear()

    def close(self) -> None:
        """Switch off; closing twice is harmless."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            connection.close()
        self._thread.join(timeout=OPEN_S)

    def __enter__(self) -> "TabletSim":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # ---- the tablet's thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._is_away.is_set():
                self._connect()
            self._stopping.wait(AGAIN_S)

    def _connect(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with connect(
                self._url, additional_headers=headers, open_timeout=OPEN_S, max_size=LARGEST_TEXT, proxy=None
            ) as connection:
                self._use(connection)
        except InvalidHandshake as exc:
            self.refused_with = getattr(getattr(exc, "response", None), "status_code", 0)
        except (OSError, TimeoutError, ConnectionClosed):
            pass
        finally:
            self._connection = self.quest = None

    def _use(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.connections += 1
        connection.send(json.dumps({"type": "Login", "counter_no": self._counter_no}))
        while not self._stopping.is_set():
            try:
                self._take(json.loads(connection.recv(timeout=self._heartbeat_s)))
            except TimeoutError:
                if not self.mute:
                    connection.send(json.dumps({"type": "HeartBeat"}))

    def _take(self, said: Said) -> None:
        match said["type"]:
            case "LoggedIn" if not self._is_heartbeat_given:
                self._heartbeat_s = float(said["heartbeat_s"])
            case "RateQuest":
                self.quest = said
            case "RateClosed":
                self.quest = None
        self.heard.append(said)
        self._on_said(said)
