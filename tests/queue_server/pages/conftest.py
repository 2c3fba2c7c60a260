"""A real server with its own journal, and a real browser in front of it."""

import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from devices.broker_link import BrokerAddress, BrokerLink
from devices.mends import MENDS
from hall.clock import HallClock
from hall.messages import DeviceHealth, DeviceTried, TryDevice
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "config" / "halls" / "sample_city.toml"
CHROMIUM = "/usr/bin/chromium"
QUIET_BROWSER = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_S = 30.0
AT_ONCE = "back_after = 0\nleast_calls = 1\nleast_wait_s = 0\n"  # a missed visitor
HALL_EPOCH = "2025-03-03T09:12:00+08:00"  # no test ever runs into midnight


def free_port() -> int:
    """A port of the loopback that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def site_text(folder: Path, port: int, broker_port: int) -> str:
    """The sample city's site file with places and ports of our own."""
    changes = {
        r'catalogue = ".*"': f'catalogue = "{ROOT / "config" / "catalogue" / "sample_city.toml"}"',
        r'\[calendar\]\nfile = ".*"': f'[calendar]\nfile = "{ROOT / "config" / "calendar" / "china.toml"}"',
        r'(\[server\]\nhost = ".*"\n)port = 8080': rf"\g<1>port = {port}",
        r'public_url = ".*"': f'public_url = "http://127.0.0.1:{port}"',
        r'database = ".*"': f'database = "{folder / "hall.sqlite"}"',
        r"port = 1883": f"port = {broker_port}",
        r'output = "auto"': 'output = "off"',
        r'wav_folder = ".*"': f'wav_folder = "{folder / "speech"}"',
    }
    text = SAMPLE.read_text(encoding="utf-8")
    for pattern, wanted in changes.items():
        text, count = re.subn(pattern, wanted, text)
        assert count == 1, f"the sample site file no longer has {pattern!r} exactly once"
    epoch = f"real_epoch_s = {time.time()}\nhall_epoch = {HALL_EPOCH}\n"
    return f"{text}\n[clock]\n{epoch}\n[rules.calls]\nspacing_s = 0\n[rules.missed]\n{AT_ONCE}"


@functools.cache
def item_of(prefix: str) -> str:
    """A matter of a queue."""
    catalogue = tomllib.loads((ROOT / "config" / "catalogue" / "sample_city.toml").read_text(encoding="utf-8"))
    key: str = next(item["key"] for item in catalogue["items"] if item["queue"] == prefix)
    return key


class HallProcess:
    """The queue server as its own process, on a journal that outlives it."""

    def __init__(self, folder: Path, edit: Callable[[str], str] = str) -> None:
        self.folder = folder
        self.port, self.broker_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._config = folder / "site.toml"
        self._config.write_text(edit(site_text(folder, self.port, self.broker_port)), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        no_kept_connections = httpx.Limits(max_keepalive_connections=0)  # the server dies in some tests
        self._client = httpx.Client(
            base_url=f"{self.url}/api/v1",
            timeout=10,
            limits=no_kept_connections,
            verify=False,  # noqa: S501 (plain HTTP; reading the system's certificates takes longer than a test)
        )

    def start(self) -> None:
        """Start it and wait until it is ready."""
        log = self.folder / "server.log"
        with log.open("wb") as file:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "queue_server.main", "--config", str(self._config)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        until(lambda: b"ready " in log.read_bytes() or process.poll() is not None, START_S, what="the server's start")
        assert process.poll() is None, f"the server stopped: {log.read_text()}"

    def end(self, signal_number: int = signal.SIGTERM) -> None:
        """Stop it, by default in order; SIGKILL is the power cut."""
        if self._process is not None:
            self._process.send_signal(signal_number)
            self._process.wait(timeout=15)
            self._process = None

    def post(self, path: str, **values: object) -> dict[str, Any]:
        """Send a command with a fresh id; anything but success fails the test."""
        body = {"command_id": str(uuid.uuid4()), **values}
        answer = self._client.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> dict[str, Any]:
        """Read a view."""
        found: dict[str, Any] = self._client.get(path).raise_for_status().json()
        return found

    def ticket(self, prefix: str, **values: object) -> dict[str, Any]:
        """Draw a ticket of a queue."""
        return self.post("/tickets", item_key=item_of(prefix), kiosk_id="K01", **values)

    def counter(self, counter_no: int, *actions: str, staff_no: str | None = None) -> dict[str, Any]:
        """Open a counter that is closed, then do `actions`; returns the last answer."""
        answer: dict[str, Any] = {}
        if self.get(f"/counters/{counter_no}")["status"] == "closed":
            answer = self.post(f"/counters/{counter_no}/open", staff_no=staff_no or f"9{counter_no:03d}")
        for action in actions:
            answer = self.post(f"/counters/{counter_no}/{action}")
        return answer


MakeHall = Callable[..., HallProcess]


@pytest.fixture
def make_hall(tmp_path: Path) -> Iterator[MakeHall]:
    """Makes and starts halls of the test's own; `edit` changes the site file's text."""
    made: list[HallProcess] = []

    def make(edit: Callable[[str], str] = str) -> HallProcess:
        folder = tmp_path / f"hall{len(made)}"
        folder.mkdir()
        made.append(HallProcess(folder, edit))
        made[-1].start()
        return made[-1]

    yield make
    for hall in made:
        hall.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallProcess]:
    """One hall that tests share; each test works in a zone of its own."""
    process = HallProcess(tmp_path_factory.mktemp("shared_hall"))
    process.start()
    yield process
    process.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window. Its driver runs an event loop in this thread: no longer than needed."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install it with `apt-get install chromium fonts-noto-cjk`", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET_BROWSER))
        yield chromium
        chromium.close()


OpenPage = Callable[..., Page]

# What a browser itself reports when a server is away or refuses; anything else on the console is a fault of the page.
EXPECTED_NOISE = re.compile(r"Failed to load resource|net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE|EMPTY)")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a context of its own: `open_page(url, width, height)`. Faults in a page fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(url: str, width: int = 1280, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{url}: {error}"))
        page.on("console", lambda message: faults.append(f"{url}: {message.text}") if _is_fault(message) else None)
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(message: Any) -> bool:
    return message.type in ("error", "warning") and not EXPECTED_NOISE.search(message.text)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are saved: HALLQ_PICTURES, else a temporary folder."""
    chosen = os.environ.get("HALLQ_PICTURES")
    folder = Path(chosen) / "pages" if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[None]:
    """A broker of our own."""
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    if not Path(program).exists():
        pytest.fail("mosquitto is missing: install it with `apt-get install mosquitto`", pytrace=False)
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    with (folder / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
    yield
    process.terminate()
    process.wait(timeout=10)


HEALTH = (
    DeviceHealth(device_id="K01", kind="kiosk", status="ok"),
    DeviceHealth(device_id="K01.reader1", kind="card_reader", status="ok"),
    DeviceHealth(device_id="K01.printer", kind="printer", status="fault", cause="paper_out", mend=MENDS["paper_out"]),
    DeviceHealth(device_id="K02.printer", kind="printer", status="warning", cause="paper_near_end"),
    DeviceHealth(device_id="B03", kind="board", status="offline", cause="no_reply", mend=MENDS["no_reply"], tries=3),
)
LEVELS = ("very_satisfied",) * 4 + ("satisfied", "basically_satisfied", "dissatisfied")
WAITING = {"A": 5, "B": 9, "C": 2, "D": 7, "E": 4, "F": 3, "H": 1, "N": 2}


def _tried(link: BrokerLink, asked: TryDevice) -> None:
    """What the devices' owners do: the board's is away and says nothing."""
    causes = {"K01.reader1": None, "K01.printer": "paper_out"}
    if asked.device_id in causes:
        cause = causes[asked.device_id]
        device_id, trial_id = asked.device_id, asked.trial_id
        link.tell(DeviceTried(device_id=device_id, trial_id=trial_id, passed=cause is None, cause=cause))


def _rush(text: str) -> str:
    """A minute of the hall in a second, and ratings that stay open long enough."""
    return text.replace("[clock]\n", "[clock]\nspeed = 60\n").replace("rating_s = 30", "rating_s = 600")


def _work(hall: HallProcess) -> None:
    """Seven rated visits, one missed, one without a rating, windows in every status, and people who wait."""
    counters = (1, 2, 9, 10, 21, 26, 33)
    for counter_no, level in zip(counters, LEVELS, strict=True):
        prefix = next(p for p, c in {"A": 8, "B": 20, "C": 25, "D": 32, "E": 38}.items() if counter_no <= c)
        hall.ticket(prefix)
        rating = hall.counter(counter_no, "call-next", "start", "complete", staff_no=f"90{counter_no:02d}")
        hall.post(f"/ratings/{rating['event']['rating_id']}", level=level, channel="evaluator")
    hall.ticket("A")
    hall.counter(1, "call-next", "missed")
    tickets = [hall.ticket(p, masked_number="**************000X") for p, n in WAITING.items() for _ in range(n)]
    hall.post(f"/tickets/{tickets[0]['ticket_id']}/print", printed=False, cause="paper_out")
    hall.counter(9, "call-next", "complete")
    hall.counter(10, "call-next", "start")
    hall.counter(3)
    hall.post("/counters/3/pause", reason="meal")
    for counter_no in (39, 43, 21, 26, 33, 1, 2):
        with contextlib.suppress(AssertionError):  # nobody waits for some of them
            hall.counter(counter_no, "call-next")


@pytest.fixture(scope="session")
def busy_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallProcess]:
    """A hall in the middle of its morning, with a broker and devices that report over it. Only to be looked at."""
    folder = tmp_path_factory.mktemp("busy_hall")
    hall = HallProcess(folder, _rush)
    clock = HallClock(ZoneInfo("Asia/Shanghai"), time.time)
    address = BrokerAddress("127.0.0.1", hall.broker_port)
    with mosquitto(folder, hall.broker_port):
        hall.start()
        link = BrokerLink("sample-city", "test", address, clock)
        link.hear(TryDevice, lambda asked: _tried(link, asked))
        link.start()
        assert link.wait_connected(15)
        for health in HEALTH:
            link.tell(health)
        _work(hall)
        until(lambda: hall.get("/health")["broker_connected"] and len(hall.get("/manager")["devices"]) == 6, 15)
        yield hall
        link.close()
        hall.end()
