"""A device's owner: one worker thread opens it, watches it, hands it jobs, and opens it again after it failed."""

from devices.supervisor.watch import DeviceWatch
from devices.supervisor.worker import LONGEST_CALL_S, DeviceWorker

__all__ = ["LONGEST_CALL_S", "DeviceWatch", "DeviceWorker"]
