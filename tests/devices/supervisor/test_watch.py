"""What a thread that is stuck in a driver cannot say itself: that it hangs, and that somebody moved the plug."""

import threading

import pytest

from devices.errors import DeviceUnavailable, Hanging
from devices.supervisor import DeviceWatch
from tests.waiting import until


@pytest.fixture
def watched(start):
    """A worker whose calls may take 0.1 s, under a watch."""
    watches = []

    def begin(**options):
        worker = start(longest_call_s=0.1, **options)
        watches.append(DeviceWatch([worker], every_s=0.01))
        watches[-1].start()
        return worker

    yield begin
    for watch in watches:
        watch.close()


def test_a_driver_that_hangs_is_left_behind_and_the_device_is_opened_anew(bench, start, watched):
    worker = watched()
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)

    with pytest.raises(Hanging, match="did not come back"):
        stuck.result(5)

    assert worker.submit(lambda device: device.name, deadline_s=5).result(5) == "K01.printer"
    assert len(bench.opened) == 2
    assert ("offline", "hanging") in bench.told


def test_what_waits_behind_a_hanging_call_is_told_at_once(start, watched):
    worker, ran = watched(), []
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(stuck.running)

    waiting = worker.submit(ran.append, deadline_s=60)

    with pytest.raises(Hanging):
        waiting.result(5)
    assert ran == []


def test_a_call_that_comes_back_after_all_gives_its_port_back_and_says_nothing_more(bench, start, watched):
    worker = watched()
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(lambda: len(bench.opened) == 2)
    until(lambda: bench.told[-1] == ("ok", None))
    told = list(bench.told)

    start.released.set()

    until(lambda: bench.opened[0].closed == 1)
    assert bench.opened[1].closed == 0
    assert bench.told == told
    assert isinstance(stuck.exception(), Hanging)


def test_a_check_and_an_opening_that_hang_are_noticed_too(bench, start, watched):
    hang = threading.Event()

    def check() -> None:
        if not hang.is_set():
            hang.set()
            start.released.wait(20)

    bench.say = check
    watched()

    until(lambda: len(bench.opened) == 2 and bench.told[-1] == ("ok", None))
    assert ("offline", "hanging") in bench.told


def test_threads_are_not_spent_without_end_on_a_driver_that_always_hangs(bench, start, watched):
    def hang() -> None:
        start.released.wait(20)

    bench.say = hang
    worker = watched()
    until(lambda: sum(told == ("offline", "hanging") for told in bench.told) >= 2)
    until(lambda: len(bench.opened) == 3)

    with pytest.raises(DeviceUnavailable):
        worker.submit(lambda device: device, deadline_s=0.3).result(5)
    assert len(bench.opened) == 3
    assert sum(health.cause == "hanging" for health in bench.health) <= 3  # said once a thread, not at every look

    bench.say = lambda: None
    start.released.set()
    until(lambda: bench.told[-1] == ("ok", None))
    assert len(bench.opened) == 4


def test_a_job_may_ask_for_more_time_than_other_calls(start, watched):
    worker = watched()

    slow = worker.submit(lambda _device: start.released.wait(0.4), deadline_s=5, longest_s=10)

    assert slow.result(5) is False  # it waited in vain, and was let


def test_a_device_that_is_plugged_in_is_opened_at_once(bench, watched, monkeypatch):
    monkeypatch.setattr("devices.supervisor.term.FIRST_BACKOFF_S", 60.0)
    monkeypatch.setattr("devices.supervisor.term.LONGEST_BACKOFF_S", 60.0)
    bench.open_fails = DeviceUnavailable("K01.printer", "nothing at /dev/ttyUSB0")
    plugged = threading.Event()
    watched(is_there=plugged.is_set)
    until(lambda: len(bench.tried_at) == 1)

    bench.open_fails = None
    plugged.set()

    until(lambda: bench.told[-1] == ("ok", None))


def test_a_device_that_is_pulled_out_is_looked_after_at_once(bench, watched):
    plugged = threading.Event()
    plugged.set()
    watched(is_there=plugged.is_set, check_every_s=60.0)
    until(lambda: bench.told[-1:] == [("ok", None)])

    bench.found = DeviceUnavailable("K01.printer", "the port failed")
    plugged.clear()

    until(lambda: bench.told[-1] == ("offline", "unavailable"))


def test_failures_in_a_row_are_counted_and_told_ever_more_seldom(bench, start, quick_backoff):
    bench.open_fails = DeviceUnavailable("K01.printer", "nothing there")
    start()

    until(lambda: len(bench.tried_at) >= 12)

    assert [health.tries for health in bench.health] == [1, 3, 10]
    bench.open_fails = None
    until(lambda: bench.told[-1] == ("ok", None))
    assert bench.health[-1].tries == 0
