"""Workers for what tells something by itself: a relay board of who comes and goes, a UPS of the mains."""

from collections.abc import Callable

from devices.opening.power import open_ups
from devices.opening.presence import seen_at
from devices.opening.relays import open_fittings, presence_of
from devices.power.nut import NutUps
from devices.relays.fittings import Fittings
from devices.relays.presence import PresenceEvent
from devices.supervisor import DeviceWorker
from hall.messages import DeviceHealth
from settings.devices import power, relays

SWITCHES, UPS = "switches", "ups"  # kinds, as health calls them
TURN_EVERY_S = 0.1
CHECK_EVERY_S = 5.0


def watch_fittings(
    table: relays.Relays,
    name: str,
    on_health: Callable[[DeviceHealth], None],
    on_presence: Callable[[PresenceEvent], None],
    is_open: Callable[[], bool] = lambda: True,
) -> DeviceWorker[Fittings]:
    """A worker for a relay board; start it, and hand it jobs such as `Fittings.open_door`.

    Args:
        name: as health and logs call it, e.g. "K01.switches".
        on_presence: hears of who came and left, in the worker's thread.
        is_open: whether the hall is open now; asked in the worker's thread.
    """
    presence = presence_of(table)

    def turn(fittings: Fittings) -> None:
        for event in fittings.turn():
            on_presence(event)

    def opened() -> Fittings:
        return open_fittings(table, name, presence, is_open)

    return DeviceWorker(
        name, SWITCHES, opened, on_health, poll=turn, poll_every_s=TURN_EVERY_S, is_there=seen_at(table)
    )


def watch_ups(
    table: power.Ups, name: str, on_health: Callable[[DeviceHealth], None], *, check_every_s: float = CHECK_EVERY_S
) -> DeviceWorker[NutUps]:
    """A worker for a UPS: its health is all that it tells ("on_battery" is a warning, "battery_low" a fault).

    Args:
        name: as health and logs call it, e.g. "K01.ups".
        check_every_s: how often the daemon is asked; it knows of an outage within 2 to 15 s itself.
    """
    return DeviceWorker(name, UPS, lambda: open_ups(table, name), on_health, check_every_s=check_every_s)
