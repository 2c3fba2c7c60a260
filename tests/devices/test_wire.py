"""Serial lines and TCP connections as drivers see them."""

import contextlib
import os
import socket
import threading
import time
import tty

import pytest

from devices.errors import DeviceUnavailable
from devices.wire import SerialWire, TcpWire


@pytest.fixture
def line():
    """A pseudo-terminal: the far end's descriptor, and the path that is opened."""
    master, slave = os.openpty()
    tty.setraw(slave)
    ends = [master, slave]
    yield ends, os.ttyname(slave)
    for end in ends:
        os.close(end)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def connected(listener):
    wire = TcpWire("127.0.0.1", listener.getsockname()[1], timeout_s=0.1, name="K01.printer")
    far, _ = listener.accept()
    yield wire, far
    wire.close()
    far.close()


def test_a_serial_line_carries_every_byte_value_both_ways(line):
    (master, _slave), path = line
    wire, everything = SerialWire(path, timeout_s=0.5), bytes(range(256))

    wire.write(everything)
    os.write(master, everything)

    assert os.read(master, 300) == everything
    assert wire.read(256) == everything
    wire.close()


def test_a_silent_serial_line_is_waited_for_no_longer_than_asked(line):
    wire = SerialWire(line[1], timeout_s=0.1)
    began = time.monotonic()

    assert wire.read(5) == b""

    assert 0.09 <= time.monotonic() - began < 0.5
    wire.close()


def test_a_port_that_is_not_there_is_unavailable_and_both_names_are_said(tmp_path):
    with pytest.raises(DeviceUnavailable, match=r"K01\.sam_v: cannot open .*/nowhere") as caught:
        SerialWire(str(tmp_path / "nowhere"), name="K01.sam_v")

    assert caught.value.name == "K01.sam_v"


def test_a_port_belongs_to_one_driver_at_a_time(line):
    first = SerialWire(line[1])

    with pytest.raises(DeviceUnavailable):
        SerialWire(line[1])

    first.close()
    SerialWire(line[1]).close()


def test_a_line_that_is_pulled_out_is_unavailable_in_every_way(line):
    ends, path = line
    wire = SerialWire(path, timeout_s=0.2, name="B01")
    while ends:
        os.close(ends.pop())

    for use in (lambda: wire.read(1), lambda: wire.write(b"x"), wire.reset_input_buffer):
        with pytest.raises(DeviceUnavailable, match="B01"):
            use()
    wire.close()


def test_a_closed_serial_wire_says_so_and_may_be_closed_again(line):
    wire = SerialWire(line[1], name="B01")
    wire.close()

    for use in (lambda: wire.read(1), lambda: wire.write(b"x"), wire.reset_input_buffer):
        with pytest.raises(DeviceUnavailable, match="B01"):
            use()
    wire.close()


def test_forgetting_drops_what_came_and_keeps_what_comes(line):
    (master, _slave), path = line
    wire = SerialWire(path, timeout_s=0.5)
    os.write(master, b"late answer")

    wire.reset_input_buffer()
    os.write(master, b"new")

    assert wire.read(3) == b"new"
    wire.close()


def test_a_device_that_pauses_longer_than_a_read_waits_is_sent_everything(connected):
    wire, far = connected
    job, taken = bytes(8 << 20), bytearray()

    def take_after_a_pause():
        threading.Event().wait(0.5)  # a printer cuts
        while len(taken) < len(job):
            taken.extend(far.recv(1 << 16))

    printer = threading.Thread(target=take_after_a_pause)
    printer.start()
    wire.write(job)
    printer.join(5)
    began = time.monotonic()

    assert len(taken) == len(job)
    assert wire.read(1) == b""
    assert time.monotonic() - began < 0.5  # a read waits no longer than before


def test_a_tcp_read_gives_what_has_come_and_an_empty_one_when_nothing_came(connected):
    wire, far = connected
    far.sendall(b"\x12")

    assert wire.read(10) == b"\x12"
    assert wire.read(10) == b""


def test_a_far_end_that_hangs_up_is_not_taken_for_silence(connected):
    wire, far = connected
    far.close()

    with pytest.raises(DeviceUnavailable, match=r"K01\.printer: the device closed the connection"):
        wire.read(1)


def test_a_hang_up_is_noticed_while_old_answers_are_forgotten(connected):
    wire, far = connected
    far.sendall(b"old")
    far.close()  # the loopback delivers both before this returns

    with pytest.raises(DeviceUnavailable, match="closed the connection"):
        wire.reset_input_buffer()


def test_old_answers_are_forgotten_on_tcp_too(connected):
    wire, far = connected
    far.sendall(b"old" * 5000)
    assert wire.read(1) == b"o"

    wire.reset_input_buffer()
    far.sendall(b"new")

    assert wire.read(10) == b"new"


def test_a_device_that_never_stops_talking_does_not_hold_the_driver(connected):
    wire, far = connected
    is_over = threading.Event()

    def babble():
        with contextlib.suppress(OSError):
            while not is_over.is_set():
                far.sendall(bytes(65536))

    def forget_for_ever():  # as a driver does before each question; once the babbler is the faster one, it shows
        while True:
            wire.reset_input_buffer()

    babbler = threading.Thread(target=babble)
    babbler.start()
    try:
        with pytest.raises(DeviceUnavailable, match="does not stop talking"):
            forget_for_ever()
    finally:
        is_over.set()
        wire.close()
        babbler.join(5)


def test_a_printer_that_takes_nothing_more_does_not_hold_the_driver(connected):
    wire, _far = connected
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match="write failed"):
        wire.write(bytes(50_000_000))

    assert time.monotonic() - began < 6  # `TCP_WRITE_S` and a little


def test_nobody_at_the_address_is_unavailable(listener):
    port = listener.getsockname()[1]
    listener.close()

    with pytest.raises(DeviceUnavailable, match=rf"cannot connect to 127\.0\.0\.1:{port}"):
        TcpWire("127.0.0.1", port)


def test_a_closed_connection_says_so_and_may_be_closed_again(connected):
    wire, _far = connected
    wire.close()

    for use in (lambda: wire.read(1), lambda: wire.write(b"x"), wire.reset_input_buffer):
        with pytest.raises(DeviceUnavailable):
            use()
    wire.close()
