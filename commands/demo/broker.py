"""A mosquitto of the demo's own: private configuration, a free loopback port, nothing kept afterwards."""

import shutil
import socket
import time
from pathlib import Path

from commands.demo.processes import DidNotStart, Process

# "user" matters to a mosquitto that root starts, and keeps it able to read its own folder; others' ignores it
CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 10000
set_tcp_nodelay true
user root
"""
READY_S = 10.0


class NoMosquitto(DidNotStart):
    """mosquitto is not installed."""


def start_broker(folder: Path, port: int) -> Process:
    """Start the broker and wait until it answers.

    Raises:
        NoMosquitto: it is not installed.
        DidNotStart: it did not answer in time.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NoMosquitto("there is no mosquitto on this machine; try: apt install mosquitto")
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(port=port))
    process = Process("mosquitto", [program, "-c", str(configuration)], folder)
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.is_running:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process
    process.stop()
    raise DidNotStart(f"mosquitto did not start:\n{process.last_words()}")


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
