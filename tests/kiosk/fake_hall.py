"""A hall's server as a kiosk knows it: real HTTP on the loopback, numbers that count up, answers that get lost."""

import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import json


class FakeHall:
    """Set the knobs, then look at `tickets`, `reports` and `merged`.

    Attributes:
        lost_answers: so many of the next draws are done and not answered: the connection just ends.
        status: answer everything with this HTTP status instead, and `refusal` as its body.
        fails_on_reports: answer those with an HTTP 500.
        nonsense: answer with something that is no JSON.
    """

    def __init__(self, prefixes: dict[str, int]) -> None:
        """Begin to serve.

        Args:
            prefixes: each queue's prefix and how many of its windows are open.
        """
        self.tickets: dict[str, dict[str, Any]] = {}  # by command id: the same id gets the same one
        self.asked: list[dict[str, Any]] = []
        self.reports: list[tuple[str, dict[str, Any]]] = []
        self.merged: list[dict[str, Any]] = []  # tickets that a kiosk gave out by itself, as they came
        self.leases: dict[str, dict[str, Any]] = {}  # by command id
        self.lost_answers = 0
        self.status: int | None = None
        self.refusal: dict[str, str] = {}
        self.nonsense = self.fails_on_reports = False
        self.day = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
        self._prefixes = prefixes
        self._lock = threading.Lock()
        hall = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hall._answer(self, None)

            def do_POST(self) -> None:
                hall._answer(self, json.decode(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> "FakeHall":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: BaseHTTPRequestHandler, body: Any) -> None:
        if self.status is not None:
            self._send(request, self.status, json.encode(self.refusal))
        elif self.nonsense:
            self._send(request, 200, b"<html>a captive portal</html>")
        elif request.path == "/api/v1/queues":
            self._send(request, 200, json.encode(self._queues()))
        elif request.path == "/api/v1/tickets":
            self._draw(request, body)
        elif request.path == "/api/v1/commands":
            self._send(request, 200, json.encode({"event": self._carry_out(body)}))
        elif self.fails_on_reports:
            self._send(request, 500, b"")
        else:
            with self._lock:
                self.reports.append((request.path.split("/")[-2], body))
            self._send(request, 200, b"{}")

    def _carry_out(self, command: dict[str, Any]) -> dict[str, Any]:
        """Lease numbers from 101 on, or take a ticket in."""
        with self._lock:
            if command["type"] == "LeaseNumbers":
                first = 101 + sum(lease["last"] - lease["first"] + 1 for lease in self.leases.values())
                lease = {
                    "type": "NumbersLeased",
                    "lease_id": f"lease-{first}",
                    "kiosk_id": command["kiosk_id"],
                    "business_day": self.day,
                    "prefix": command["prefix"],
                    "first": first,
                    "last": first + command["count"] - 1,
                }
                return self.leases.setdefault(command["command_id"], lease)
            assert command["type"] == "MergeTicket"
            self.merged.append(command)
            prefix = next(x["prefix"] for x in self.leases.values() if x["lease_id"] == command["lease_id"])
            return {
                "type": "TicketIssued",
                "ticket_id": command["ticket_id"],
                "display_number": f"{prefix}{command['number']}",
                "business_day": self.day,
                "prefix": prefix,
                "number": command["number"],
                "item_key": command["item_key"],
                "kiosk_id": command["kiosk_id"],
                "ahead_count": 0,
            }

    def _queues(self) -> dict[str, Any]:
        waiting = [ticket["prefix"] for ticket in self.tickets.values()]
        return {
            "hall": "sample-city",
            "revision": len(self.tickets),
            "business_day": self.day,
            "queues": [
                {
                    "prefix": prefix,
                    "waiting": waiting.count(prefix),
                    "open_counters": open_counters,
                    "wait_p50_s": None,
                    "wait_p90_s": None,
                }
                for prefix, open_counters in self._prefixes.items()
            ],
        }

    def _draw(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with self._lock:
            self.asked.append(body)
            number = len(self.tickets) + 1
            ticket = self.tickets.setdefault(
                body["command_id"],
                {
                    "ticket_id": f"ticket-{number}",
                    "display_number": f"B{number:03d}",
                    "prefix": "B",
                    "item_key": body["item_key"],
                    "ahead_count": number - 1,
                    "wait_p50_s": 480.0,
                    "wait_p90_s": 840.0,
                    "issued_at": "2025-03-03T09:12:00+08:00",
                    "status_url": f"{self.url}/t/ticket-{number}",
                },
            )
            is_lost = self.lost_answers > 0
            self.lost_answers -= is_lost
        if is_lost:
            request.close_connection = True
            return
        self._send(request, 201, json.encode(ticket))

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
