"""What the doctor says, in which order, and when it gives up on a check."""

import threading
import time

import pytest

from commands.doctor.findings import Check, Finding, bad, examine, ok


def test_what_is_not_ok_always_says_what_to_do():
    with pytest.raises(ValueError, match="a mend goes with warn and bad"):
        Finding("bad", "broker", "nobody answers")
    with pytest.raises(ValueError, match="a mend goes with warn and bad"):
        Finding("ok", "broker", "answers", "start it")


def test_a_line_has_its_status_its_check_and_its_mend_and_colour_only_when_asked_for():
    line = bad("broker", "nobody answers", "start it")

    assert line.line(in_colour=False) == "bad   broker: nobody answers  → start it"
    assert ok("disk", "20 GB free").line(in_colour=False) == "ok    disk: 20 GB free"
    assert line.line(in_colour=True).startswith("\033[31mbad \033[0m")


def test_checks_run_side_by_side_and_come_in_order_and_one_that_hangs_costs_its_limit():
    released, together = threading.Event(), threading.Barrier(2, timeout=5)
    checks = [
        Check("hangs", lambda: [ok("hangs", str(released.wait(20)))], limit_s=0.2),
        Check("first", lambda: together.wait() >= 0 and [ok("first", "met the second")]),
        Check("second", lambda: together.wait() >= 0 and [ok("second", "met the first")]),
    ]
    began = time.monotonic()

    findings = list(examine(checks))

    released.set()
    assert [(f.check, f.status) for f in findings] == [("hangs", "bad"), ("first", "ok"), ("second", "ok")]
    assert "no answer within 0.2 s" in findings[0].text
    assert time.monotonic() - began < 2


def test_a_check_that_breaks_or_lacks_a_package_is_a_line_and_no_more():
    def lacks_a_package():
        import no_such_package_at_all  # noqa: F401

    lacking, broken = examine([Check("reader", lacks_a_package), Check("printer", lambda: 1 / 0)])

    assert "needs the Python package no_such_package_at_all" in lacking.text
    assert "./hallq kiosk --help" in lacking.mend
    assert "ZeroDivisionError" in broken.text
