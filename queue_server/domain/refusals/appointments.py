"""Why a slot is not booked, moved, given back or checked in."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class SlotNotOffered(Refusal):
    """There is no such slot."""

    code = "slot_not_offered"


class SlotFull(Refusal):
    """The slot is taken."""

    code = "slot_full"


class NotBookable(RuleRefusal):
    """The day cannot be booked: too near, too far, or the hall is closed."""

    code = "not_bookable"


class HasAppointment(RuleRefusal):
    """The person has an appointment that day."""

    code = "has_appointment"


class BookingRestricted(RuleRefusal):
    """The person has stayed away from too many appointments."""

    code = "booking_restricted"


class TooLateToCancel(RuleRefusal):
    """The appointment is too near to be given back."""

    code = "too_late_to_cancel"


class TooEarly(RuleRefusal):
    """The appointment is not to be checked in yet."""

    code = "too_early"


class AppointmentOver(Refusal):
    """The appointment was used, given back or missed."""

    code = "appointment_over"


class NotYours(Refusal):
    """The appointment is another person's."""

    code = "not_yours"
