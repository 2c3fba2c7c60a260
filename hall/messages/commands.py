"""Any command: what the rules may refuse."""

from hall.messages.appointments import BookAppointment, CancelAppointment, CheckIn, RebookAppointment
from hall.messages.calling import CallNext, CallTicket, PreviewNext, PutBack, Recall
from hall.messages.counters import CloseCounter, GrantAbility, OpenCounter, PauseCounter, ResumeCounter, RevokeAbility
from hall.messages.days import CloseDay, ConfirmClock, ReopenDay, StartDay
from hall.messages.leases import LeaseNumbers, MergeTicket
from hall.messages.people import BanPerson, LiftBan
from hall.messages.ratings import CloseRating, Rate
from hall.messages.serving import (
    AddMatter,
    CompleteService,
    HoldTicket,
    MarkMissed,
    SendBack,
    StartService,
    TransferTicket,
)
from hall.messages.tickets import (
    CancelTicket,
    ChangePriority,
    IssueTicket,
    MarkTicket,
    RedirectTicket,
    ReleaseTicket,
    ReportPrint,
    RequeueTicket,
    ReturnHeld,
)

AnyCommand = (
    StartDay
    | CloseDay
    | ReopenDay
    | ConfirmClock
    | IssueTicket
    | CancelTicket
    | ChangePriority
    | MarkTicket
    | RedirectTicket
    | RequeueTicket
    | ReturnHeld
    | ReleaseTicket
    | ReportPrint
    | LeaseNumbers
    | MergeTicket
    | BookAppointment
    | CancelAppointment
    | RebookAppointment
    | CheckIn
    | BanPerson
    | LiftBan
    | OpenCounter
    | CloseCounter
    | PauseCounter
    | ResumeCounter
    | GrantAbility
    | RevokeAbility
    | PreviewNext
    | PutBack
    | CallNext
    | CallTicket
    | Recall
    | StartService
    | MarkMissed
    | HoldTicket
    | TransferTicket
    | SendBack
    | AddMatter
    | CompleteService
    | Rate
    | CloseRating
)
