"""A simulated device's end of a wire: what arrives, what goes wrong, and that the cable can be pulled."""

import time

import pytest

from devices.errors import DeviceUnavailable
from devices.sim_line import PtyLine, TcpLine
from devices.wire import SerialWire, TcpWire
from tests.waiting import until


class Echo:
    def __init__(self):
        self.heard = b""

    def receive(self, data, answer, /):
        self.heard += data
        answer(data)


@pytest.fixture(params=["pty", "tcp"])
def line(request, tmp_path):
    line = PtyLine(Echo(), tmp_path / "port") if request.param == "pty" else TcpLine(Echo())
    yield line
    line.close()
    line.close()


def open_wire(line):
    if isinstance(line, PtyLine):
        return SerialWire(line.port, timeout_s=0.2)
    return TcpWire(line.host, line.port, timeout_s=0.2)


def heard(wire, size):
    data = b""
    ends = time.monotonic() + 5
    while len(data) < size and time.monotonic() < ends:
        data += wire.read(size - len(data))
    return data


def test_what_is_sent_arrives_and_is_answered(line):
    wire, everything = open_wire(line), bytes(range(256)) * 4

    wire.write(everything)

    assert heard(wire, len(everything)) == everything
    wire.close()


def test_a_silent_device_hears_nothing(line):
    line.trouble.silent = True
    wire = open_wire(line)

    wire.write(b"hello")

    assert wire.read(5) == b""
    assert line._device.heard == b""
    wire.close()


def test_answers_come_late_in_half_or_as_noise(line):
    wire = open_wire(line)

    line.trouble.halves = 1
    wire.write(b"12345678")
    assert heard(wire, 4) == b"1234"
    line.trouble.nonsense = 1
    wire.write(b"12345678")
    noise = heard(wire, 8)
    assert noise != b"12345678"
    assert len(noise) == 8
    line.trouble.slow_s = 0.1
    began = time.monotonic()
    wire.write(b"x")
    assert heard(wire, 1) == b"x"
    assert time.monotonic() - began >= 0.1
    wire.close()


def test_a_pulled_cable_is_noticed_and_back_again_it_works(line):
    wire = open_wire(line)

    line.unplug()
    with pytest.raises(DeviceUnavailable):
        until(lambda: wire.write(b"x"))
    wire.close()
    with pytest.raises(DeviceUnavailable):
        open_wire(line)
    line.plug()

    wire = open_wire(line)
    wire.write(b"again")
    assert heard(wire, 5) == b"again"
    wire.close()
