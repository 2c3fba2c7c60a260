"""What a kiosk remembers: facts about the hall and its devices, and one visit, which ends without a trace."""

from datetime import datetime

from msgspec import Struct

from hall.identity import DocumentKind
from kiosk.flow.screens import Screen

PAGE_SIZE = 6  # choices on one page: more are hard to take in for whoever stands here the first time; a design value


class Rules(Struct, frozen=True, kw_only=True):
    """What the site file says about this kiosk."""

    idle_s: float = 60.0  # from the last touch to the wipe, the warning's countdown included
    language: str = "zh_CN"


class QueueFacts(Struct, frozen=True, kw_only=True):
    """How a queue is now, as the server last said."""

    prefix: str
    waiting: int
    open_counters: int
    wait_p50_s: float | None = None
    wait_p90_s: float | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """What is known whoever stands before the kiosk."""

    server_answers: bool = False
    queues: tuple[QueueFacts, ...] = ()
    offline: tuple[str, ...] = ()  # queues that this kiosk has numbers of its own for, while no server answers
    devices: tuple[tuple[str, str, str | None], ...] = ()  # (role, status, cause), e.g. ("printer", "ok", None)

    def queue(self, prefix: str) -> QueueFacts | None:
        """What is known of a queue."""
        return next((q for q in self.queues if q.prefix == prefix), None)

    @property
    def is_offline(self) -> bool:
        """Whether numbers are drawn although the server does not answer."""
        return not self.server_answers and bool(self.offline)

    def status(self, role: str) -> str | None:
        """A device's status, or None when this kiosk has no such device."""
        return next((status for r, status, _cause in self.devices if r == role), None)


class Person(Struct, frozen=True, kw_only=True):
    """As much of the visitor as a kiosk shows and sends: masked before it gets here."""

    kind: DocumentKind
    masked_number: str
    masked_name: str
    person: str | None = None  # keyed hash of the number, for the rules about one person; None without the hall's key
    age_years: int | None = None


class Ticket(Struct, frozen=True, kw_only=True):
    """A number as the server gave it, or as the kiosk did while the server was away."""

    ticket_id: str
    display_number: str
    prefix: str
    item_key: str
    ahead_count: int | None  # None: known when the server has the ticket
    wait_p50_s: float | None
    wait_p90_s: float | None
    issued_at: datetime
    status_url: str


class Attempt(Struct, frozen=True, kw_only=True):
    """One wish for one number: its id stays the same however often it is asked."""

    command_id: str
    item_key: str
    on_screen: bool = False  # the visitor takes the number without paper


class State(Struct, frozen=True, kw_only=True):
    """Everything the screen is drawn from."""

    rules: Rules
    facts: Facts = Facts()
    screen: Screen = Screen.STARTING
    language: str = "zh_CN"
    ends_at_s: float | None = None  # on the caller's clock
    remaining_s: int | None = None  # whole seconds, on screens that show a countdown
    page: int = 0
    person: Person | None = None
    prefix: str | None = None
    attempt: Attempt | None = None
    ticket: Ticket | None = None
    cause: str | None = None  # code of a refusal or a device's fault
