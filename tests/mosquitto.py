"""A real mosquitto on a free loopback port, which can be killed and started again."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devices.broker_link import BrokerAddress
from tests.waiting import until


class Broker:
    """It forgets everything when it is killed, as HallQ's own does."""

    def __init__(self, folder: Path, *, password_of: dict[str, str] | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "user root"]
        if password_of is None:
            lines.append("allow_anonymous true")
        else:
            passwords = folder / "passwords"
            passwords.write_text("".join(f"{user}:{password}\n" for user, password in password_of.items()))
            subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        self._config, self._log = folder / "mosquitto.conf", folder / "mosquitto.log"
        self._config.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress("127.0.0.1", self.port)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(["mosquitto", "-c", self._config], stdout=log, stderr=log)
        until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


@contextlib.contextmanager
def running_broker(folder: Path, **options: dict[str, str]) -> Iterator[Broker]:
    broker = Broker(folder, **options)
    try:
        yield broker
    finally:
        broker.kill()
