"""What a device's test button does: something a person standing before it can see, as far as its kind can show it.

A trial gets the open device and a name for itself, and returns what it found out, or raises the device's own error.
"""

from collections.abc import Callable
from typing import Any

from devices.errors import DeviceError, DeviceFault
from devices.ports import Device
from hall.messages import DeviceTried

Trial = Callable[[Any, str], str | None]
"""Gets the open device and the trial's id; returns a detail that needs no translation, or None."""


def asked_how_it_is(device: Device, _trial_id: str) -> str | None:
    """For devices that can show nothing without a person: they are asked, as every few seconds."""
    return device.check()


def outcome(device_id: str, trial_id: str, error: BaseException | None, detail: str | None = None) -> DeviceTried:
    """What is told of a trial that has ended."""
    if error is None:
        return DeviceTried(device_id=device_id, trial_id=trial_id, passed=True, detail=detail)
    cause = error.code if isinstance(error, DeviceError) else DeviceFault.code
    return DeviceTried(device_id=device_id, trial_id=trial_id, passed=False, cause=cause)
