"""The worker that owns a device: what becomes of jobs, of health and of the port when the device misbehaves."""

import itertools
import logging
import threading
import time
from concurrent.futures import wait

import pytest

from devices.errors import DeviceUnavailable, PaperOut
from devices.mends import MENDS
from devices.supervisor import term
from tests.waiting import until


def test_a_job_runs_in_the_workers_thread_and_its_result_comes_back(bench, start):
    worker = start()

    answer = worker.submit(lambda device: (device, threading.current_thread().name), deadline_s=5).result(5)

    assert answer == (bench.opened[0], "device K01.printer")
    assert bench.threads == {"device K01.printer"}


def test_a_device_that_hangs_does_not_keep_another_ones_jobs(bench, start):
    hanging = start()
    until(lambda: bench.told == [("ok", None)])
    stuck = hanging.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(stuck.running)
    other = start(name="K02.printer")

    assert other.submit(lambda _device: "printed", deadline_s=5).result(2) == "printed"

    assert not stuck.done()


def test_a_job_behind_a_hanging_one_is_given_up_at_its_deadline_and_never_runs(bench, start):
    worker, ran = start(), []
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(stuck.running)
    began = time.monotonic()

    late = worker.submit(ran.append, deadline_s=0.1)

    with pytest.raises(DeviceUnavailable, match=r"K01\.printer: busy for too long"):
        late.result(5)
    assert 0.09 < time.monotonic() - began < 1
    start.released.set()
    worker.submit(lambda _device: None, deadline_s=5).result(5)  # the worker has passed the other one
    assert ran == []


def test_a_job_that_has_begun_is_not_given_up_at_its_deadline(start):
    worker, begun = start(), threading.Event()

    def slow(_device):
        begun.set()
        start.released.wait(5)
        return "printed"

    answer = worker.submit(slow, deadline_s=0.05)
    assert begun.wait(5)
    done, _ = wait([answer], timeout=0.15)

    assert not done
    start.released.set()
    assert answer.result(5) == "printed"


def test_a_job_for_a_device_that_does_not_open_is_refused_with_the_cause(bench, start):
    bench.open_fails = DeviceUnavailable("K01.printer", "nobody there")
    worker, ran = start(), []
    until(lambda: bench.tried_at)

    with pytest.raises(DeviceUnavailable, match="nobody there"):
        worker.submit(ran.append, deadline_s=0.05).result(5)

    bench.open_fails = None
    until(lambda: bench.opened)
    worker.submit(lambda _device: None, deadline_s=5).result(5)
    assert ran == []


def test_a_job_waits_for_a_device_that_opens_before_its_deadline(bench, start, quick_backoff):
    bench.open_fails = DeviceUnavailable("K01.printer", "nobody there")
    worker = start()
    answer = worker.submit(lambda _device: "printed", deadline_s=5)
    until(lambda: len(bench.tried_at) >= 2)

    bench.open_fails = None

    assert answer.result(5) == "printed"


def test_a_job_that_was_cancelled_by_its_sender_does_not_run(start):
    worker, ran = start(), []
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(stuck.running)
    unwanted = worker.submit(ran.append, deadline_s=5)

    assert unwanted.cancel()

    start.released.set()
    worker.submit(lambda _device: None, deadline_s=5).result(5)
    assert ran == []


def test_opening_is_tried_again_ever_more_slowly_up_to_a_limit(bench, start, quick_backoff):
    bench.open_fails = DeviceUnavailable("K01.printer", "nobody there")
    start()

    until(lambda: len(bench.tried_at) >= 8)

    gaps = [after - before for before, after in itertools.pairwise(bench.tried_at)]
    for gap, least in zip(gaps, (0.01, 0.02, 0.04, 0.08, 0.08, 0.08, 0.08), strict=False):
        assert least <= gap < least + 0.5
    assert set(bench.told) == {("offline", "unavailable")}


def test_a_port_that_opens_with_nobody_behind_it_is_backed_off_from_as_well(bench, start, quick_backoff):
    bench.found = DeviceUnavailable("K01.printer", "silent")
    start()

    until(lambda: len(bench.tried_at) >= 6)

    gaps = [after - before for before, after in itertools.pairwise(bench.tried_at)]
    assert gaps[3] >= 0.08
    until(lambda: all(device.closed == 1 for device in bench.opened[:-1]))


def test_the_backoff_begins_anew_once_the_device_was_well(bench, start, monkeypatch):
    monkeypatch.setattr(term, "FIRST_BACKOFF_S", 0.01)
    monkeypatch.setattr(term, "LONGEST_BACKOFF_S", 0.4)
    bench.open_fails = DeviceUnavailable("K01.printer", "nobody there")
    start()
    until(lambda: len(bench.tried_at) >= 6)  # the next wait is 0.32 s
    bench.open_fails = None
    until(lambda: bench.told[-1] == ("ok", None))

    bench.found = DeviceUnavailable("K01.printer", "unplugged")
    until(lambda: bench.told[-1] == ("offline", "unavailable"))
    tries, lost_at, bench.found = len(bench.tried_at), time.monotonic(), None
    until(lambda: len(bench.tried_at) > tries)

    assert bench.tried_at[tries] - lost_at < 0.2


def test_health_is_told_when_it_changes_and_only_then(bench, start):
    start()
    until(lambda: bench.checks >= 5)
    bench.found = "paper_near_end"
    until(lambda: len(bench.told) == 2)
    seen = bench.checks
    until(lambda: bench.checks >= seen + 5)

    assert bench.told == [("ok", None), ("warning", "paper_near_end")]
    assert [health.mend for health in bench.health] == [None, MENDS["paper_near_end"]]


def test_a_fault_that_needs_a_person_is_told_and_keeps_the_port_open(bench, start):
    start()
    until(lambda: bench.told == [("ok", None)])
    bench.found = PaperOut("K01.printer", "paper roll is empty")
    until(lambda: bench.told[-1] == ("fault", "paper_out"))
    seen = bench.checks
    until(lambda: bench.checks >= seen + 3)

    bench.found = None

    until(lambda: bench.told[-1] == ("ok", None))
    assert len(bench.opened) == 1
    assert bench.opened[0].closed == 0


def test_a_fault_met_by_a_job_goes_to_its_sender_and_into_health(bench, start):
    worker = start(check_every_s=60)

    def out_of_paper(device):
        raise PaperOut(device.name, "paper roll is empty")

    with pytest.raises(PaperOut):
        worker.submit(out_of_paper, deadline_s=5).result(5)

    until(lambda: bench.told[-1] == ("fault", "paper_out"))
    assert worker.submit(lambda _device: "next", deadline_s=5).result(5) == "next"
    assert len(bench.opened) == 1


def test_a_link_lost_by_a_job_is_opened_again(bench, start, quick_backoff):
    worker = start()

    def unplugged(device):
        raise DeviceUnavailable(device.name, "port failed")

    with pytest.raises(DeviceUnavailable):
        worker.submit(unplugged, deadline_s=5).result(5)

    until(lambda: len(bench.opened) == 2)
    assert bench.opened[0].closed == 1
    until(lambda: bench.told == [("ok", None), ("offline", "unavailable"), ("ok", None)])


@pytest.mark.parametrize("where", ["open", "check", "job", "poll", "close", "health"])
def test_a_bug_anywhere_is_logged_and_ends_neither_the_thread_nor_the_service(
    bench, start, quick_backoff, caplog, where
):
    bug, was_hit = RuntimeError("a bug"), threading.Event()

    def fail_once(*_arguments):
        if not was_hit.is_set():
            was_hit.set()
            raise bug

    options = {"poll": fail_once} if where == "poll" else {}
    if where == "health":
        options["on_health"] = fail_once
    if where == "open":
        options["open_device"] = lambda: fail_once() or bench.open()
    if where == "check":
        bench.found = bug
    bench.close_fails = where == "close"
    worker = start(**options)
    if where == "check":
        until(lambda: bench.checks)
        bench.found = None
    elif where in ("job", "close"):
        with pytest.raises(RuntimeError):
            worker.submit(lambda _device: fail_once(), deadline_s=5).result(5)

    assert worker.submit(lambda _device: "served", deadline_s=5).result(5) == "served"

    until(lambda: any(record.levelno == logging.ERROR and record.exc_info for record in caplog.records))
    if where not in ("health", "close"):
        until(lambda: ("offline", "unavailable") in bench.told and bench.told[-1] == ("ok", None))


def test_polls_go_on_between_jobs(start):
    polls = []
    worker = start(poll=polls.append, poll_every_s=0.01)

    worker.submit(lambda _device: None, deadline_s=5).result(5)

    seen = len(polls)
    until(lambda: len(polls) >= seen + 5)


def test_closing_an_idle_worker_is_prompt_and_gives_the_port_back(bench, start):
    worker = start(check_every_s=60)
    until(lambda: bench.told)
    began = time.monotonic()

    worker.close()

    assert time.monotonic() - began < 0.2
    assert bench.opened[0].closed == 1


def test_closing_while_backing_off_is_prompt(bench, start):
    bench.open_fails = DeviceUnavailable("K01.printer", "nobody there")
    worker = start()
    until(lambda: len(bench.tried_at) >= 2)  # it waits for 0.5 s now
    began = time.monotonic()

    worker.close()

    assert time.monotonic() - began < 0.2


def test_closing_leaves_a_hanging_device_behind_and_refuses_what_waited(bench, start, monkeypatch):
    monkeypatch.setattr("devices.supervisor.worker.CLOSE_S", 0.1)
    worker, ran = start(), []
    stuck = worker.submit(lambda _device: start.released.wait(20), deadline_s=5)
    until(stuck.running)
    waiting = worker.submit(ran.append, deadline_s=60)

    worker.close()

    with pytest.raises(DeviceUnavailable, match="stopped"):
        waiting.result(1)
    start.released.set()
    until(lambda: bench.opened[0].closed == 1)
    assert ran == []


def test_a_job_handed_in_after_the_end_is_refused_at_once(start):
    worker = start()
    worker.close()

    with pytest.raises(DeviceUnavailable, match="stopped"):
        worker.submit(lambda _device: None, deadline_s=60).result(1)


def test_no_thread_is_left_behind_by_jobs_that_were_done_in_time(start):
    worker = start()

    for _ in range(20):
        worker.submit(lambda _device: None, deadline_s=60).result(5)

    until(lambda: not [t for t in threading.enumerate() if isinstance(t, threading.Timer)])
