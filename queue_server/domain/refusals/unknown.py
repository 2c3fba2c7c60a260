"""What a command names and the hall does not have."""

from queue_server.domain.refusals.refusal import Refusal


class UnknownItem(Refusal):
    """The catalogue has no such service item."""

    code = "unknown_item"


class UnknownQueue(Refusal):
    """The hall has no such queue."""

    code = "unknown_queue"


class UnknownTicket(Refusal):
    """No such ticket today."""

    code = "unknown_ticket"


class UnknownCounter(Refusal):
    """The hall has no such counter."""

    code = "unknown_counter"


class UnknownKiosk(Refusal):
    """The hall has no such kiosk, nor a counter of that number."""

    code = "unknown_kiosk"


class UnknownClerk(Refusal):
    """No such clerk sits at a counter now."""

    code = "unknown_clerk"


class UnknownRating(Refusal):
    """No such rating today."""

    code = "unknown_rating"


class UnknownGroup(Refusal):
    """The order rules have no such green-channel group."""

    code = "unknown_group"


class UnknownLease(Refusal):
    """No such block of numbers today."""

    code = "unknown_lease"


class UnknownAppointment(Refusal):
    """No such appointment."""

    code = "unknown_appointment"
