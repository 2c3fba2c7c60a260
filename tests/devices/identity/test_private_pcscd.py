"""The private pcscd: hidden from everybody else, several side by side, and gone when it should be."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.identity import private_pcscd
from devices.identity.private_pcscd import NeedsRoot, NotInstalled, PcscdError, PrivatePcscd
from devices.identity.social_card_sim import SocialCardSim
from tests.waiting import until

LIST_READERS = textwrap.dedent("""
    from smartcard import scard
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    print(*(scard.SCardListReaders(context, [])[1] if code == 0 else ["nobody"]), sep="|")
""")
START_AND_WAIT = textwrap.dedent("""
    from devices.identity.private_pcscd import PrivatePcscd
    daemon = PrivatePcscd()
    daemon.start()
    print(daemon.pid, daemon.environment["PCSCLITE_CSOCK_NAME"], flush=True)
    input()
""")
LIST_CARDS = textwrap.dedent("""
    import time
    from smartcard import scard
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    readers = scard.SCardListReaders(context, [])[1]
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in readers])[1]
        with_card = [name for name, state, _atr in states if state & scard.SCARD_STATE_PRESENT]
        if with_card:
            break
        time.sleep(0.02)
    print(*with_card, sep="|")
""")


@pytest.fixture
def one() -> Iterator[PrivatePcscd]:
    yield from _started("One")


@pytest.fixture
def two() -> Iterator[PrivatePcscd]:
    yield from _started("Two")


def _started(label: str) -> Iterator[PrivatePcscd]:
    daemon = PrivatePcscd(readers=3, label=label)
    try:
        daemon.start()
    except (NeedsRoot, NotInstalled) as exc:
        pytest.skip(str(exc))
    yield daemon
    daemon.stop()


def readers_seen_with(environment: dict[str, str], program: str = LIST_READERS) -> list[str]:
    clean = {k: v for k, v in os.environ.items() if k != "PCSCLITE_CSOCK_NAME"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return done.stdout.strip().split("|")


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_two_run_side_by_side_and_each_shows_its_own_readers(one, two):
    seen_one, seen_two = readers_seen_with(dict(one.environment)), readers_seen_with(dict(two.environment))

    assert seen_one == ["One 0 00 00", "One 0 00 01", "One 1 00 00", "One 1 00 01"]
    assert seen_two == ["Two 0 00 00", "Two 0 00 01", "Two 1 00 00", "Two 1 00 01"]
    assert [r.name for r in one.readers] == seen_one[:3]
    assert not {r.port for r in one.readers} & {r.port for r in two.readers}
    assert all(r.port < 32768 for r in one.readers + two.readers)


@pytest.mark.parametrize("number", range(3))
def test_a_card_shows_in_the_reader_it_was_put_in_and_in_no_other(one, number):
    reader = one.readers[number]
    card = SocialCardSim(reader.port, {})
    card.insert()

    seen = readers_seen_with(dict(one.environment), LIST_CARDS)

    card.remove()
    assert seen == [reader.name]


def test_without_the_environment_the_readers_are_not_seen(one):
    assert not any(name.startswith("One") for name in readers_seen_with({}))


def test_nothing_is_left_in_the_systems_own_folder(one):
    assert one.pid is not None
    here, there = Path("/run/pcscd/pcscd.pid"), Path(f"/proc/{one.pid}/root/run/pcscd/pcscd.pid")

    assert there.read_text().strip("\n\0") == str(one.pid)
    assert not here.exists() or str(one.pid) not in here.read_text()


def test_killed_and_started_again_it_has_the_same_readers_and_socket(one):
    readers, environment, pid = one.readers, dict(one.environment), one.pid

    one.kill()
    assert one.pid is None
    one.start()

    assert one.pid not in (None, pid)
    assert (one.readers, dict(one.environment)) == (readers, environment)
    assert len(readers_seen_with(environment)) == 4


def test_one_that_cannot_come_back_says_so_and_keeps_the_socket_that_its_clients_know(one, monkeypatch):
    readers, environment = one.readers, dict(one.environment)
    monkeypatch.setattr(private_pcscd, "READY_S", 0.3)
    one.kill()
    with socket.create_server(("", readers[0].port)), pytest.raises(PcscdError, match="did not come up"):
        one.start()

    monkeypatch.undo()
    one.start()

    assert (one.readers, dict(one.environment)) == (readers, environment)
    assert len(readers_seen_with(environment)) == 4


def test_stopping_leaves_neither_process_nor_folder_and_twice_is_harmless(one):
    pid, folder = one.pid, Path(one.environment["PCSCLITE_CSOCK_NAME"]).parents[1]

    one.stop()
    one.stop()

    assert pid is not None
    assert not is_alive(pid)
    assert not folder.exists()
    with pytest.raises(PcscdError, match="not started"):
        _ = one.environment


def test_starting_twice_keeps_the_same_process(one):
    pid = one.pid

    one.start()

    assert one.pid == pid


def test_it_dies_with_the_process_that_started_it(one):
    starter = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pid_text, socket_path = starter.stdout.readline().split()
    pid = int(pid_text)
    assert is_alive(pid)

    starter.send_signal(signal.SIGKILL)
    starter.communicate(timeout=10)

    until(lambda: not is_alive(pid) or "(zombie)" in Path(f"/proc/{pid}/status").read_text())
    shutil.rmtree(Path(socket_path).parents[1])  # a process that is killed cannot tidy up


def test_a_port_that_is_in_use_is_left_alone(one):
    taken = {reader.port for reader in one.readers}

    assert private_pcscd._free_ports(min(taken)) not in taken


def test_without_root_it_says_so(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(NeedsRoot, match="need root"):
        PrivatePcscd().start()


def test_a_missing_driver_is_named_with_its_package(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(private_pcscd, "PROGRAMS", ())
    monkeypatch.setattr(private_pcscd, "DRIVER", tmp_path / "absent.so")

    with pytest.raises(NotInstalled, match="vsmartcard-vpcd"):
        PrivatePcscd().start()


def test_a_pcscd_that_does_not_come_up_says_why_and_leaves_nothing(monkeypatch, tmp_path):
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"not a driver")
    monkeypatch.setattr(private_pcscd, "DRIVER", broken)
    monkeypatch.setattr(private_pcscd, "READY_S", 0.3)
    monkeypatch.setattr(private_pcscd, "ATTEMPTS", 1)
    daemon = PrivatePcscd()

    with pytest.raises(PcscdError, match="did not come up"):
        daemon.start()

    assert daemon.pid is None
