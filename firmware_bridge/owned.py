"""What the bridge owns of one device: its worker, the watch over it, its connection to the broker, and its test button.

Each device has its own thread and its own connection: one that hangs stops no other, and the broker tells of each one
separately when the process dies.
"""

from typing import Generic, TypeVar

from devices.broker_link import BrokerLink
from devices.mends import MENDS
from devices.ports import Device
from devices.supervisor import DeviceWatch, DeviceWorker
from devices.trials import Trial, asked_how_it_is, outcome
from hall.messages import DeviceHealth, TryDevice

BRIDGE_STOPPED = "bridge_stopped"
TRIAL_S = 3.0

D = TypeVar("D", bound=Device)


class OwnedDevice(Generic[D]):
    """Joins one device's worker and the broker."""

    def __init__(self, worker: DeviceWorker[D], link: BrokerLink, trial: Trial = asked_how_it_is) -> None:
        """Prepare; nothing is opened before `start()`.

        Args:
            worker: tells its health over the link.
            link: the device's own, with `stopped` as its will.
            trial: what the test button does.
        """
        self._worker, self._link, self._trial = worker, link, trial
        self._watch = DeviceWatch([worker])
        link.hear(TryDevice, self._try_out)

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._link.is_connected

    def start(self) -> None:
        """Begin to connect to both sides; never waits."""
        self._worker.start()
        self._watch.start()
        self._link.start()

    def let_go(self) -> None:
        """Give the device back; jobs are refused from now on."""
        self._watch.close()
        self._worker.close()

    def say_goodbye(self) -> None:
        """Tell that nobody watches the device any more, and leave the broker."""
        self._link.tell(stopped(self._worker.name, self._worker.health.kind))
        self._link.close()

    def _try_out(self, asked: TryDevice) -> None:
        """Do what the device's test button does and tell what came of it; other devices' trials are theirs."""
        if asked.device_id != self._worker.name:
            return
        answer = self._worker.submit(lambda device: self._trial(device, asked.trial_id), deadline_s=TRIAL_S)
        answer.add_done_callback(
            lambda done: self._link.tell(outcome(asked.device_id, asked.trial_id, done.exception()))
        )


def stopped(device_id: str, kind: str) -> DeviceHealth:
    """What is told of a device that nobody watches."""
    return DeviceHealth(
        device_id=device_id, kind=kind, status="offline", cause=BRIDGE_STOPPED, mend=MENDS[BRIDGE_STOPPED]
    )
