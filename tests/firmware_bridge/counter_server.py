"""A hall's server as pads know it: real HTTP on the loopback, commands done once an id, answers that get lost."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import json


class CounterServer:
    """Set the knobs, then look at `done`.

    Attributes (knobs):
        lost_answers: so many of the next commands are done and not answered: the connection just ends.
        failures: so many of the next requests are answered with an HTTP 503, and nothing is done.
        refusal: the code with which every command is refused.
        held: what counters hold, as (ticket id, since).
        gate: no command is answered before it is set.
    """

    def __init__(self) -> None:
        self.done: dict[str, dict[str, Any]] = {}  # by command id, in order
        self.asked: list[dict[str, Any]] = []
        self.lost_answers = self.failures = 0
        self.refusal: str | None = None
        self.held: list[tuple[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                held = [{"ticket_id": ticket, "since": since} for ticket, since in outer.held]
                outer.answer(self, 200, {"counter_no": self.path.rsplit("/")[-1], "held": held})

            def do_POST(self) -> None:
                outer.post(self, json.decode(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def post(self, request: BaseHTTPRequestHandler, command: dict[str, Any]) -> None:
        with self._lock:
            self.asked.append(command)
        self.gate.wait(10)
        with self._lock:
            if self.failures:
                self.failures -= 1
                self.answer(request, 503, {"code": "journal_unavailable"})
            elif self.refusal is not None:
                self.answer(request, 409, {"code": self.refusal, "detail": "no"})
            else:
                self.done.setdefault(command["command_id"], command)
                self._answer_command(request)

    def _answer_command(self, request: BaseHTTPRequestHandler) -> None:
        if self.lost_answers:
            self.lost_answers -= 1
            request.close_connection = True
        else:
            self.answer(request, 200, {"seq": 1})

    def answer(self, request: BaseHTTPRequestHandler, status: int, body: object) -> None:
        content = json.encode(body)
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
