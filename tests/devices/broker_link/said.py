"""What links say in these tests, and what a listener on the wire has seen of it."""

import json
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from hall.clock import HallClock
from hall.messages import DeviceHealth, LevelPressed, QueueState
from hall.rating import RatingLevel

HALL = "test-hall"
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
CLOCK = HallClock(ZoneInfo("Asia/Shanghai"), time.time)


def queue_state(waiting: int, prefix: str = "A") -> QueueState:
    return QueueState(prefix=prefix, revision=waiting, waiting=waiting)


def press(number: int) -> LevelPressed:
    return LevelPressed(
        counter_no="3", press_id=f"press-{number}", rating_id="rating", level=RatingLevel.VERY_SATISFIED
    )


def health(status: str, device_id: str = "K01") -> DeviceHealth:
    return DeviceHealth(device_id=device_id, kind="kiosk", status=status)


def statuses(wire):
    return [json.loads(p.payload)["data"]["status"] for p in wire.seen if p.topic.endswith("/device/K01/state")]
