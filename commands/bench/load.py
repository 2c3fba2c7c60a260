"""The load on a server, in a process of its own: raw sockets that stay open, and prepared bytes.

`python -m commands.bench.load` reads a `Load` as JSON from standard input and writes a `Result` to standard output.
Each client is one connection that asks again as soon as it has its answer, or at its time when a rate is given; then
its latency counts from that time on, so that a server that falls behind is seen to.
"""

import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import count, cycle

import msgspec
from msgspec import Struct

LARGEST_ANSWER = 65_536  # bytes
BAD_SHOWN = 5


class Step(Struct, frozen=True):
    """A request of a client's round.

    Attributes:
        path: of the POST.
        body: JSON without its command's id, which the client puts in front, e.g. '"item_key": "I001"}'.
        expects: the status of a good answer.
        or_else: another status that may come, e.g. 409 where nobody waits; it does not count.
        is_counted: whether its answers are kept and its latency counts.
    """

    path: str
    body: str = "}"
    expects: int = 200
    or_else: int = 0
    is_counted: bool = True


class Load(Struct, frozen=True, kw_only=True):
    """What to do.

    Attributes:
        rounds: each client's steps, again and again.
        seconds: how long; answers that are on their way are still waited for.
        per_s: requests a second over all clients; None: as fast as the answers come.
        most: ends earlier after so many requests.
        name: makes the commands' ids unlike those of other loads.
    """

    port: int
    rounds: list[list[Step]]
    seconds: float
    per_s: float | None = None
    most: int | None = None
    name: str = "load"


class Result(Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        bodies: of the counted answers.
        latencies_ms: of the same.
        bad: answers with another status than expected, the first few whole.
        cpu_s: processor seconds of the clients.
    """

    bodies: list[str]
    latencies_ms: list[float]
    asked: int
    bad_count: int
    bad: list[str]
    spent_s: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """Counted answers a second."""
        return len(self.bodies) / self.spent_s

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the answers did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class _Client:
    """One connection and what it asks."""

    def __init__(self, port: int, steps: list[Step], ids: Iterator[int], name: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._steps = cycle([(step, *_prepared(step, name)) for step in steps])
        self._ids = ids
        self._received = bytearray()
        self.step = steps[0]
        self.asked_at = 0.0

    def ask(self, at: float) -> None:
        """Send the next request; its latency counts from `at`."""
        self.step, head, tail = next(self._steps)
        self.asked_at = at
        self.socket.sendall(head + b"%012d" % next(self._ids) + tail)

    def answer(self) -> tuple[int, bytes] | None:
        """Receive; the status and the body once they are whole."""
        data = self.socket.recv(LARGEST_ANSWER)
        if not data:
            raise ConnectionError("the server closed a connection")
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._received[:end]).lower()
        at = head.index(b"content-length:") + 15
        length = int(head[at:].split(b"\r", 1)[0])
        if len(self._received) < end + 4 + length:
            return None
        body = bytes(self._received[end + 4 : end + 4 + length])
        del self._received[: end + 4 + length]
        return int(head[9:12]), body


def _prepared(step: Step, name: str) -> tuple[bytes, bytes]:
    start, tail = f'{{"command_id": "{name}-'.encode(), f'", {step.body}'.encode() if step.body != "}" else b'"}'
    length = len(start) + 12 + len(tail)
    head = (
        f"POST {step.path} HTTP/1.1\r\nHost: hall\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    return head.encode() + start, tail


class _Run:
    """A load while it is put on."""

    def __init__(self, load: Load) -> None:
        ids = count(1)
        self._load = load
        self._clients = [_Client(load.port, steps, ids, load.name) for steps in load.rounds]
        self._idle = deque(self._clients)  # they take turns, so that none is idle until the server hangs up
        self._selector = selectors.DefaultSelector()
        for client in self._clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)
        self._bodies: list[str] = []
        self._latencies_ms: list[float] = []
        self._bad: list[str] = []
        self._asked = self._bad_count = 0

    def run(self) -> Result:
        """Ask until it is over, and wait for what is on its way."""
        began, cpu = time.perf_counter(), time.process_time()
        self._until, self._due = began + self._load.seconds, _times(self._load, began)
        self._next_at = next(self._due)
        while self._may_ask() or len(self._idle) < len(self._clients):
            self._ask()
            for key, _events in self._selector.select(self._wait_s()):
                self._take(key.data)
        spent_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        for client in self._clients:
            client.socket.close()
        return Result(
            bodies=self._bodies,
            latencies_ms=self._latencies_ms,
            asked=self._asked,
            bad_count=self._bad_count,
            bad=self._bad,
            spent_s=spent_s,
            cpu_s=cpu_s,
        )

    def _may_ask(self) -> bool:
        return self._asked < (self._load.most or sys.maxsize) and max(time.perf_counter(), self._next_at) < self._until

    def _ask(self) -> None:
        while self._idle and self._may_ask() and self._next_at <= (now := time.perf_counter()):
            self._idle.popleft().ask(self._next_at or now)
            self._asked += 1
            self._next_at = next(self._due)

    def _wait_s(self) -> float:
        """Until an answer comes, or the next request is due."""
        if not self._idle or not self._may_ask():
            return 1.0 if len(self._idle) < len(self._clients) else 0.0
        return max(self._next_at - time.perf_counter(), 0.0)

    def _take(self, client: _Client) -> None:
        answered = client.answer()
        if answered is None:
            return
        self._idle.append(client)
        status, body = answered
        step = client.step
        if status not in (step.expects, step.or_else):
            self._bad_count += 1
            if len(self._bad) < BAD_SHOWN:
                self._bad.append(f"{status} {step.path}: {body.decode('utf-8', 'replace')}")
        elif step.is_counted and status == step.expects:
            self._bodies.append(body.decode())
            self._latencies_ms.append((time.perf_counter() - client.asked_at) * 1000)


def _times(load: Load, began: float) -> Iterator[float]:
    """When each request is due; 0: at once."""
    if load.per_s is None:
        while True:
            yield 0.0
    for number in count():
        yield began + number / load.per_s


if __name__ == "__main__":
    result = _Run(msgspec.json.decode(sys.stdin.buffer.read(), type=Load)).run()
    sys.stdout.buffer.write(msgspec.json.encode(result))
