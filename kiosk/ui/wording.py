"""Numbers and places as people read them: wait ranges, windows, zones, dates."""

from datetime import datetime

from msgspec import Struct

from devices.printers.wording import wait_range, window_list
from hall.catalogue import HallPlan, Queue, ServiceItem, Zone
from hall.texts import Texts

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a scene needs besides the state."""

    plan: HallPlan
    texts: Texts
    kiosk_id: str
    now: datetime

    @property
    def is_english(self) -> bool:
        """Whether names are wanted in English."""
        return self.texts.language == "en"


def name_of(thing: Queue | Zone | ServiceItem | HallPlan, at: Surroundings) -> str:
    """A thing's name in the reader's language."""
    return thing.name_en if at.is_english else thing.name


def wait_text(low_s: float | None, high_s: float | None, texts: Texts) -> str:
    """An expected wait as a range; honest when it is not known."""
    if low_s is None or high_s is None:
        return texts("not known yet")
    return wait_range(low_s, high_s, texts)


def zone_text(prefix: str, at: Surroundings) -> str:
    """Where a queue is served, e.g. the floor and the zone's name."""
    zone = at.plan.zones[at.plan.queues[prefix].zone_id]
    return at.texts("Floor {floor}, {zone}", floor=zone.floor, zone=name_of(zone, at))


def counters_text(prefix: str, at: Surroundings) -> str:
    """The windows of a queue, e.g. "Windows 1–8"."""
    return window_list(at.plan.counters_of(prefix), at.texts)


def date_text(now: datetime, texts: Texts) -> str:
    """The date with its weekday."""
    return texts(
        "{year}-{month}-{day} {weekday}",
        year=now.year,
        month=f"{now.month:02d}",
        day=f"{now.day:02d}",
        weekday=texts(WEEKDAYS[now.weekday()]),
    )


def people_text(count: int, texts: Texts) -> str:
    """So many people."""
    return texts("1 person") if count == 1 else texts("{count} people", count=count)


def ahead_text(count: int | None, texts: Texts) -> str:
    """How many are called before; what only the server knows is known later."""
    return texts("known later") if count is None else people_text(count, texts)


def open_text(count: int, texts: Texts) -> str:
    """So many open windows."""
    return texts("1 window open") if count == 1 else texts("{count} windows open", count=count)
