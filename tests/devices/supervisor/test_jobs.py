"""A job by itself: what it leaves behind once nobody waits for it."""

import gc
import weakref

import pytest

from devices.errors import DeviceUnavailable
from devices.supervisor.jobs import Job


class Code:
    """Stands for what a visitor showed."""


def test_a_job_that_was_given_up_holds_nothing_any_more():
    code = Code()
    held = weakref.ref(code)
    job = Job(lambda _device, code=code: code, None)
    del code

    job.give_up(DeviceUnavailable("K01.credentials", "busy for too long"))
    gc.collect()

    assert held() is None
    with pytest.raises(DeviceUnavailable):
        job.answer.result(0)


def test_a_job_that_has_begun_keeps_what_it_needs():
    job = Job(lambda device: device + 1, None)
    assert job.begin()

    job.give_up(DeviceUnavailable("K01.credentials", "busy for too long"))

    assert job.run(1) == 2
    assert not job.answer.done()
