"""The rules that a hall chooses. All of them are values; no branch of the code stands for a hall.

Where the national and regional texts are silent (no-show, age, tickets a person), the defaults are common practice and
the hall decides.
"""

from enum import StrEnum

from msgspec import Struct

from hall.appointment import AppointmentRules
from hall.priority import PriorityClass


class OrderPolicy(StrEnum):
    """How priority meets arrival."""

    STRICT = "strict"  # class by class, with at most so many priority calls in a row
    BALANCED = "balanced"  # priority counts as an earlier arrival


class OneTicket(StrEnum):
    """Where one person may hold only one open ticket."""

    OFF = "off"
    A_QUEUE = "a_queue"
    A_HALL = "a_hall"


class GreenGroup(Struct, frozen=True, kw_only=True):
    """Who is admitted to the green channel."""

    key: str
    name: str
    name_en: str
    from_age: int | None = None  # admits by the document's birth date, whole years


class OrderRules(Struct, frozen=True, kw_only=True):
    """Whom a counter calls next."""

    policy: OrderPolicy = OrderPolicy.STRICT
    most_in_a_row: int | None = 3  # after so many calls that pass a line over, it is its turn; None: never
    green_head_start_min: float = 30.0  # balanced: a green ticket counts as so much earlier an arrival
    booked_head_start_min: float = 20.0
    preference_step_min: float = 0.0  # each step down a counter's list of queues counts as so much later an arrival
    green_groups: tuple[GreenGroup, ...] = (
        GreenGroup(key="soldier", name="军人", name_en="Military personnel"),
        GreenGroup(key="firefighter", name="消防救援人员", name_en="Firefighters"),
        GreenGroup(key="medic", name="医护人员", name_en="Medical staff"),
        GreenGroup(key="elderly", name="老年人", name_en="Elderly people", from_age=70),
        GreenGroup(key="infirm", name="病弱人员", name_en="Ill or infirm people"),
        GreenGroup(key="disabled", name="残疾人", name_en="People with disabilities"),
        GreenGroup(key="pregnant", name="孕妇", name_en="Pregnant women"),
    )

    def head_start_min(self, priority: PriorityClass) -> float:
        """Minutes by which a priority counts as an earlier arrival, in the balanced order."""
        starts = {PriorityClass.GREEN: self.green_head_start_min, PriorityClass.BOOKED: self.booked_head_start_min}
        return starts.get(priority, 0.0)


class CallRules(Struct, frozen=True, kw_only=True):
    """Calling and calling again."""

    most_calls: int = 3  # calls of one visit to a counter, the first included
    spacing_s: float = 20.0  # between two calls of one ticket
    may_choose: bool = True  # clerks may call a chosen ticket, with a reason
    may_preview: bool = True
    # how long a look keeps a ticket from the others; None: as before there was such a rule
    preview_s: float | None = None


class MissedRules(Struct, frozen=True, kw_only=True):
    """What becomes of visitors who did not come."""

    back_after: int | None = 3  # so many others go first, of its queue or where it could have been called; None: void
    most_returns: int = 1
    grace_s: float = 90.0  # nor sooner than this
    may_requeue: bool = True  # the desk may put a missed ticket to the end of the line, today
    may_call: bool = True  # a clerk may call a missed ticket, today
    # The next three begin as it was before there were such rules: what a site gets by default is in its settings.
    least_calls: int = 1  # of the visit, before it may be marked missed; `most_calls` are always enough
    least_wait_s: float = 0.0  # after the last of them
    void_is_final: bool = False  # one that was missed more than `most_returns` times is not put back by the desk either


class HoldRules(Struct, frozen=True, kw_only=True):
    """Visitors who step aside."""

    longest_min: float = 120.0  # who names no time is back after these
    most_a_counter: int = 5


class PersonRules(Struct, frozen=True, kw_only=True):
    """What one person may hold. People are known by a keyed hash only, and only where a document was shown."""

    one_ticket: OneTicket = OneTicket.A_QUEUE
    most_a_day: int | None = 5
    largest_party: int = 20
    most_items: int = 5  # matters on one ticket, with those that were handled
    may_represent: bool = True  # an agent may take a ticket, with the own document, on behalf of somebody else


class LeaseRules(Struct, frozen=True, kw_only=True):
    """Numbers for kiosks that may lose the server."""

    largest_block: int = 50
    most_open: int = 4  # blocks that one kiosk may hold of one queue in a day


class ClockRules(Struct, frozen=True, kw_only=True):
    """How far the server's clock is trusted."""

    step_back_s: float = 120.0  # up to this, time stands still until it is caught up; more is refused
    longest_gap_days: int = 31  # a next business day further away is refused until a person confirms the clock


class RatingRules(Struct, frozen=True, kw_only=True):
    """How ratings end."""

    least_s: float = 0.0  # for so long a rating cannot be ended by the clerk's next step


class TransferRules(Struct, frozen=True, kw_only=True):
    """Visitors who are sent on."""

    paused_wait_min: float = 10.0  # so long a visitor waits for one counter or clerk alone that is paused


class HallRules(Struct, frozen=True, kw_only=True):
    """All of them."""

    order: OrderRules = OrderRules()
    calls: CallRules = CallRules()
    missed: MissedRules = MissedRules()
    hold: HoldRules = HoldRules()
    persons: PersonRules = PersonRules()
    leases: LeaseRules = LeaseRules()
    clock: ClockRules = ClockRules()
    ratings: RatingRules = RatingRules()
    appointments: AppointmentRules = AppointmentRules()
    transfers: TransferRules = TransferRules()
