"""A kiosk's process with everything round it simulated on the wire, and a finger to touch it with."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import json

from devices.identity.samv_sim import SamvSim
from devices.identity.synthetic import SyntheticPerson
from devices.printers.sim_ports import TcpPort
from devices.printers.sim_printer import SimPrinter
from tests.kiosk.fake_hall import FakeHall
from tests.kiosk.gallery import ROOT, SAMPLE_SITE
from tests.waiting import until

PERSON = SyntheticPerson(
    name="测试甲",
    sex="2",
    ethnic="01",
    birth=date(1990, 1, 1),
    address="测试市样例区虚构路1号",
    number="15990019900101000X",
    issuer="测试市公安局样例分局",
    valid_from=date(2020, 1, 1),
    valid_to=date(2040, 1, 1),
)


class KioskProcess:
    """A kiosk that was started, seen and touched through its control socket."""

    def __init__(self, site: Path, control: Path, log: Path, **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        self.control, self.log = control, log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kiosk.main", "--config", str(site), "--id", "K01"],
                cwd=ROOT,
                env=inherited | environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(30)
        assert said == ["ready\n"], self.log.read_text()
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(20)
        self._line.connect(str(self.control))
        self._answers = self._line.makefile("rb")

    def ask(self, **request: object) -> Any:
        self._line.sendall(json.encode(request) + b"\n")
        return json.decode(self._answers.readline())

    def see(self, screen: str) -> Any:
        """Wait until a screen is shown."""
        look = self.ask(do="look")
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            if look["screen"] == screen:
                return look
            look = self.ask(do="wait", revision=look["revision"], timeout_s=2.0)
        raise AssertionError(f"the kiosk shows {look['screen']}, not {screen}\n{self.log.read_text()}")

    def touch(self, name: str) -> None:
        look = self.ask(do="look")
        (target,) = (t for t in look["targets"] if t["name"] == name)
        answer = self.ask(do="touch", x=target["x"] + target["w"] / 2, y=target["y"] + target["h"] / 2)
        assert answer == {"ok": True}

    def end(self) -> int:
        if hasattr(self, "_line"):
            self._answers.close()
            self._line.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            assert self.process.stdout is not None
            self.process.stdout.close()


class Broker:
    """A real mosquitto on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        with (folder / "mosquitto.log").open("wb") as log:
            self._process = subprocess.Popen(["mosquitto", "-c", str(config)], stdout=log, stderr=log)
        until(self._answers, what="the broker")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


class Hall:
    """A kiosk's surroundings on simulators, and the kiosk in their midst."""

    def __init__(self, folder: Path, *, offline_file: Path | None = None, **environment: str) -> None:
        self._offline = f'offline_file = "{offline_file}"' if offline_file else ""
        self.broker = Broker(folder)
        self.server = FakeHall({"A": 8, "B": 12})
        self.reader = SamvSim()
        self.printer = SimPrinter()
        self.port = TcpPort(self.printer)
        self.control = folder / "K01.sock"
        self.person_key = folder / "person.key"
        self.site = folder / "site.toml"
        self.site.write_text(self._site_text(), encoding="utf-8")
        self.kiosk = KioskProcess(self.site, self.control, folder / "kiosk.log", **environment)

    def _site_text(self) -> str:
        text = SAMPLE_SITE.read_text(encoding="utf-8")
        kiosk = f"""[[kiosks]]
kiosk_id = "K01"
zone = "A"
idle_s = 60
control_socket = "{self.control}"
{self._offline}
readers = [{{ kind = "sam_v", port = "{self.reader.port}", baud = 115200 }}]
printer = {{ kind = "tcp", host = "127.0.0.1", port = {self.port.port}, dots = 576 }}

"""
        text = re.sub(r"(?s)\[\[kiosks\]\].*?(?=# ---- boards)", kiosk, text)
        text = re.sub(r"(?s)\[hours\]\n.*?\n\n", "", text)  # the kiosk's clock is the real one
        text = text.replace('"../c', f'"{SAMPLE_SITE.parent.parent}/c')  # the catalogue, the calendar
        text = text.replace('public_url = "http://127.0.0.1:8080"', f'public_url = "{self.server.url}"')
        text = text.replace('"../../.hallq/sample_city.key"', f'"{self.person_key}"')
        return text.replace("port = 1883", f"port = {self.broker.port}")

    def close(self) -> None:
        self.kiosk.end()
        self.port.close()
        self.printer.close()
        self.reader.close()
        self.server.close()
        self.broker.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
