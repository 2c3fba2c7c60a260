"""A device's owner: one worker thread opens it, watches it, hands it jobs, and opens it again after it failed."""

from devices.supervisor.watch import DeviceWatch
from devices.supervisor.worker import DeviceWorker

__all__ = ["DeviceWatch", "DeviceWorker"]
