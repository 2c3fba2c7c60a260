"""States that are told over MQTT; their topics are in `hall.topics`.

Each carries a revision, the journal's sequence, so that a listener knows which of two is newer.
"""

from msgspec import Struct

from hall.counter import CounterStatus
from hall.rating import RatingLevel


class CounterState(Struct, frozen=True, kw_only=True, tag=True):
    """What a counter's bar and evaluator should be doing. Retained."""

    counter_no: str
    revision: int
    incarnation: str = ""  # the journal's; another one begins to count anew, as after a restored backup
    status: CounterStatus
    text: str  # what the bar shows
    flashing: bool = False
    call_id: str | None = None
    rating_id: str | None = None  # set while a rating is open
    display_number: str | None = None  # the ticket that is called or served

    @property
    def version(self) -> tuple[str, int]:
        """Names this state among all that its counter ever had."""
        return self.incarnation, self.revision

    def is_newer_than(self, other: "CounterState") -> bool:
        """Whether this state replaces another of the same counter; whatever comes from another journal does."""
        return self.incarnation != other.incarnation or self.revision > other.revision


class QueueState(Struct, frozen=True, kw_only=True, tag=True):
    """How many wait in a queue. Retained."""

    prefix: str
    revision: int
    incarnation: str = ""
    waiting: int

    def is_newer_than(self, other: "QueueState") -> bool:
        """Whether this count replaces another of the same queue; whatever comes from another journal does."""
        return self.incarnation != other.incarnation or self.revision > other.revision


class BarShown(Struct, frozen=True, kw_only=True, tag=True):
    """This text can be read on a counter's bar: a board or a card said so, or it was sent to a bar that cannot say."""

    counter_no: str
    revision: int
    text: str
    call_id: str | None = None


class LevelPressed(Struct, frozen=True, kw_only=True, tag=True):
    """An evaluator's key was pressed while this rating was open."""

    press_id: str
    counter_no: str
    rating_id: str
    level: RatingLevel


class DeviceHealth(Struct, frozen=True, kw_only=True, tag=True):
    """How a device is. Retained; the broker tells `offline` when its process dies."""

    device_id: str  # e.g. "K01.printer"
    kind: str  # e.g. "printer", "card_reader", "kiosk", "board"
    status: str  # "ok", "warning", "fault", "offline"
    cause: str | None = None  # a stable code, e.g. "paper_out"
    mend: str | None = None  # one plain sentence in English; pages translate it by cause
    detail: str | None = None  # what needs no translation, e.g. the numbers that it is about
    tries: int = 0  # how often it has failed in a row, while it is offline
    key_fingerprint: str | None = None  # a kiosk's: tells whether it hashes people with the others' key


class TryDevice(Struct, frozen=True, kw_only=True, tag=True):
    """A person asks a device to show that it works; whoever owns it tries it and tells `DeviceTried`."""

    device_id: str
    trial_id: str


class DeviceTried(Struct, frozen=True, kw_only=True, tag=True):
    """What came of trying a device."""

    device_id: str
    trial_id: str
    passed: bool
    cause: str | None = None  # a device's code, when it failed
    detail: str | None = None  # what needs no translation, e.g. a firmware's version


Told = CounterState | QueueState | BarShown | LevelPressed | DeviceHealth | TryDevice | DeviceTried
