"""Kiosks that hash people with another key than the others: to the rules, one person is then several."""

from collections.abc import Iterable

from msgspec import structs

from devices.mends import MENDS
from hall.identity import without_common_key
from hall.messages import DeviceHealth

CAUSE = "other_key"


def with_key_warnings(devices: Iterable[DeviceHealth]) -> list[DeviceHealth]:
    """The same devices; a kiosk that works with a key of its own needs attention. Kiosks that are off are left out."""
    told = list(devices)
    keys = {d.device_id: d.key_fingerprint for d in told if d.key_fingerprint is not None and d.status != "offline"}
    others = set(without_common_key(keys))
    return [_warned(device) if device.device_id in others else device for device in told]


def _warned(kiosk: DeviceHealth) -> DeviceHealth:
    return structs.replace(kiosk, status="warning", cause=CAUSE, mend=MENDS[CAUSE], detail=kiosk.key_fingerprint)
