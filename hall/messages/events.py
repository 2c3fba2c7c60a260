"""Any event: what the journal holds."""

from hall.messages.appointments import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from hall.messages.calling import TicketCalled, TicketPreviewed, TicketPutBack
from hall.messages.counters import (
    AbilityGranted,
    AbilityRevoked,
    CounterClosed,
    CounterOpened,
    CounterPaused,
    CounterResumed,
)
from hall.messages.days import (
    ClockConfirmed,
    DayClosed,
    DayReopened,
    DayStarted,
    RuleApplied,
    RulesAdopted,
    SiteAdopted,
)
from hall.messages.leases import NumbersLeased
from hall.messages.people import BanLifted, PersonBanned
from hall.messages.ratings import RatingClosed, ServiceRated
from hall.messages.serving import (
    MatterAdded,
    MatterCompleted,
    ServiceCompleted,
    ServiceStarted,
    TicketHeld,
    TicketMissed,
    TicketSentBack,
    TicketTransferred,
)
from hall.messages.tickets import (
    PriorityChanged,
    TicketCancelled,
    TicketIssued,
    TicketMarked,
    TicketNotPrinted,
    TicketPrinted,
    TicketRedirected,
    TicketRequeued,
)

AnyEvent = (
    RulesAdopted
    | SiteAdopted
    | RuleApplied
    | DayStarted
    | DayClosed
    | DayReopened
    | ClockConfirmed
    | TicketIssued
    | TicketPrinted
    | TicketNotPrinted
    | TicketCancelled
    | PriorityChanged
    | TicketMarked
    | TicketRedirected
    | TicketRequeued
    | CounterOpened
    | CounterClosed
    | CounterPaused
    | CounterResumed
    | AbilityGranted
    | AbilityRevoked
    | TicketPreviewed
    | TicketPutBack
    | TicketCalled
    | ServiceStarted
    | TicketMissed
    | TicketHeld
    | TicketTransferred
    | TicketSentBack
    | MatterAdded
    | MatterCompleted
    | ServiceCompleted
    | ServiceRated
    | RatingClosed
    | NumbersLeased
    | AppointmentBooked
    | AppointmentMoved
    | AppointmentCancelled
    | PersonBanned
    | BanLifted
)
