"""Devices as files: a pseudo-terminal's far end is one, and so are files and FIFOs that take what is printed."""

import contextlib
import os
import threading
import time
import tty

import pytest

from devices.device_file import DeviceFileWire, FileWire
from devices.errors import DeviceUnavailable


@pytest.fixture
def line():
    """A character device: the far end's descriptor and its own, and the path that is opened."""
    master, slave = os.openpty()
    tty.setraw(slave)
    ends = [master, slave]
    yield ends, os.ttyname(slave)
    for end in ends:
        os.close(end)


def test_a_device_carries_every_byte_value_both_ways(line):
    (master, _slave), path = line
    wire, everything = DeviceFileWire(path, timeout_s=0.5), bytes(range(256))

    wire.write(everything)
    os.write(master, everything)

    assert os.read(master, 300) == everything
    assert wire.read(300) == everything
    wire.close()


def test_more_than_the_kernel_holds_is_written_while_the_device_takes_it(line):
    (master, _slave), path = line
    wire, sent, taken = DeviceFileWire(path), os.urandom(200_000), bytearray()

    def take():
        while len(taken) < len(sent):
            taken.extend(os.read(master, 4096))

    far = threading.Thread(target=take)
    far.start()
    wire.write(sent)
    far.join(timeout=10)

    assert bytes(taken) == sent
    wire.close()


def test_a_device_that_takes_nothing_is_given_up(line, monkeypatch):
    monkeypatch.setattr("devices.device_file.WRITE_S", 0.2)
    wire = DeviceFileWire(line[1], name="K01.printer")
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match=r"K01\.printer: write failed: it took nothing"):
        wire.write(bytes(1_000_000))

    assert time.monotonic() - began < 2
    wire.close()


def test_a_silent_device_is_waited_for_no_longer_than_asked(line):
    wire = DeviceFileWire(line[1], timeout_s=0.1)
    began = time.monotonic()

    assert wire.read(5) == b""

    assert 0.09 <= time.monotonic() - began < 0.5
    wire.close()


def test_forgetting_drops_what_came_and_keeps_what_comes(line):
    (master, _slave), path = line
    wire = DeviceFileWire(path, timeout_s=0.5)
    os.write(master, b"late answer")

    wire.reset_input_buffer()
    os.write(master, b"new")

    assert wire.read(3) == b"new"
    wire.close()


def test_a_device_that_does_not_stop_talking_is_unavailable(line, monkeypatch):
    monkeypatch.setattr("devices.device_file.LONGEST_BACKLOG", 1000)
    (master, _slave), path = line
    wire = DeviceFileWire(path)
    os.write(master, bytes(3000))

    with pytest.raises(DeviceUnavailable, match="does not stop talking"):
        wire.reset_input_buffer()
    wire.close()


def test_a_device_that_is_pulled_out_is_unavailable_in_every_way(line):
    ends, path = line
    wire = DeviceFileWire(path, timeout_s=0.2, name="K01.printer")
    while ends:
        os.close(ends.pop())

    for use in (lambda: wire.read(1), lambda: wire.write(b"x"), wire.reset_input_buffer):
        with pytest.raises(DeviceUnavailable, match=r"K01\.printer"):
            use()
    wire.close()


@pytest.mark.parametrize("place", ["nowhere", "folder", "file"])
def test_what_is_no_device_is_not_opened(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(DeviceUnavailable, match=place):
        DeviceFileWire(str(tmp_path / place), name="K01.printer")


def test_a_device_whose_port_says_nothing_of_itself_has_no_status(line):
    wire = DeviceFileWire(line[1])

    assert wire.port_status() is None

    wire.close()
    assert wire.port_status() is None


def test_closed_wires_say_so_and_may_be_closed_again(line, tmp_path):
    for wire in (DeviceFileWire(line[1]), FileWire(str(tmp_path / "printed.bin"))):
        wire.close()
        with pytest.raises(DeviceUnavailable):
            wire.write(b"x")
        with pytest.raises(DeviceUnavailable):
            wire.reset_input_buffer()
        wire.close()


def test_everything_is_added_to_a_file(tmp_path):
    path = tmp_path / "printed.bin"
    for text in (b"one", b"two"):
        wire = FileWire(str(path))
        wire.write(text)
        wire.close()

    assert path.read_bytes() == b"onetwo"


def test_a_file_that_is_taken_away_is_noticed_and_made_anew_at_the_next_opening(tmp_path):
    path = tmp_path / "printed.bin"
    wire = FileWire(str(path))
    path.rename(tmp_path / "printed.bin.1")

    with pytest.raises(DeviceUnavailable):
        wire.write(b"lost")
    path.touch()
    with pytest.raises(DeviceUnavailable, match="taken away"):
        wire.reset_input_buffer()
    wire.close()
    again = FileWire(str(path))
    again.write(b"kept")
    again.close()

    assert (path.read_bytes(), (tmp_path / "printed.bin.1").read_bytes()) == (b"kept", b"")


def test_a_file_that_nothing_can_be_written_to_is_unavailable(tmp_path):
    with pytest.raises(DeviceUnavailable, match="cannot open"):
        FileWire(str(tmp_path / "no folder" / "printed.bin"))
    full = FileWire("/dev/full", name="K01.printer")
    with pytest.raises(DeviceUnavailable, match="No space"):
        full.write(b"x")
    full.close()


def test_a_fifo_wants_somebody_behind_it_and_is_unavailable_once_nobody_is(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with pytest.raises(DeviceUnavailable, match="cannot open"):
        FileWire(str(path))

    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    wire = FileWire(str(path))
    wire.write(b"ticket")
    assert os.read(reader, 100) == b"ticket"
    os.close(reader)

    with pytest.raises(DeviceUnavailable, match="Broken pipe"):
        wire.write(b"ticket")
    wire.close()


def test_a_file_never_answers_and_nobody_waits_for_it(tmp_path):
    wire = FileWire(str(tmp_path / "printed.bin"))
    began = time.monotonic()

    assert wire.read(1) == b""

    assert time.monotonic() - began < 0.05
    wire.close()


def test_no_descriptor_stays_open(line, tmp_path):
    (tmp_path / "file").touch()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    for _ in range(100):
        DeviceFileWire(line[1]).close()
        FileWire(str(tmp_path / "printed.bin")).close()
        with contextlib.suppress(DeviceUnavailable):
            DeviceFileWire(str(tmp_path / "file"))

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
