"""Which events can be a command's answer: an id that comes again with another kind of command was reused by mistake."""

from hall import messages as m

ANSWERS: dict[type[m.Command], tuple[type[m.Event], ...]] = {
    m.StartDay: (m.DayStarted,),
    m.CloseDay: (m.DayClosed,),
    m.ReopenDay: (m.DayReopened,),
    m.ConfirmClock: (m.ClockConfirmed,),
    m.IssueTicket: (m.TicketIssued,),
    m.CancelTicket: (m.TicketCancelled,),
    m.ChangePriority: (m.PriorityChanged,),
    m.MarkTicket: (m.TicketMarked,),
    m.RedirectTicket: (m.TicketRedirected,),
    m.RequeueTicket: (m.TicketRequeued,),
    m.ReturnHeld: (m.TicketRequeued,),
    m.ReleaseTicket: (m.TicketRequeued,),
    m.ReportPrint: (m.TicketPrinted, m.TicketNotPrinted),
    m.LeaseNumbers: (m.NumbersLeased,),
    m.MergeTicket: (m.TicketIssued,),
    m.BookAppointment: (m.AppointmentBooked,),
    m.CancelAppointment: (m.AppointmentCancelled,),
    m.RebookAppointment: (m.AppointmentMoved,),
    m.CheckIn: (m.TicketIssued,),
    m.BanPerson: (m.PersonBanned,),
    m.LiftBan: (m.BanLifted,),
    m.OpenCounter: (m.CounterOpened,),
    m.CloseCounter: (m.CounterClosed,),
    m.PauseCounter: (m.CounterPaused,),
    m.ResumeCounter: (m.CounterResumed,),
    m.GrantAbility: (m.AbilityGranted,),
    m.RevokeAbility: (m.AbilityRevoked,),
    m.PreviewNext: (m.TicketPreviewed,),
    m.PutBack: (m.TicketPutBack,),
    m.CallNext: (m.TicketCalled,),
    m.CallTicket: (m.TicketCalled,),
    m.Recall: (m.TicketCalled,),
    m.StartService: (m.ServiceStarted,),
    m.MarkMissed: (m.TicketMissed,),
    m.HoldTicket: (m.TicketHeld,),
    m.TransferTicket: (m.TicketTransferred,),
    m.SendBack: (m.TicketSentBack, m.TicketTransferred),
    m.AddMatter: (m.MatterAdded,),
    m.CompleteService: (m.MatterCompleted, m.ServiceCompleted, m.TicketSentBack, m.TicketTransferred),
    m.Rate: (m.ServiceRated,),
    m.CloseRating: (m.RatingClosed,),
}
DRAWS = {m.IssueTicket, m.MergeTicket}
"""A ticket that a kiosk gave out by itself is handed in under the id of the draw that got no answer (decision 0009)."""


def answers(event: m.AnyEvent, command: m.AnyCommand) -> bool:
    """Whether an event can be a command's answer."""
    return type(event) in ANSWERS[type(command)]


def is_again(first: m.AnyCommand, second: m.AnyCommand) -> bool:
    """Whether two commands of one id are the same request."""
    return first == second or DRAWS.issuperset((type(first), type(second)))
