"""Why a ticket stays as it is."""

from queue_server.domain.refusals.refusal import Refusal, RuleRefusal


class WrongState(Refusal):
    """The ticket's life has no such step now."""

    code = "wrong_state"


class TicketReserved(Refusal):
    """Another counter looks at this ticket and is about to call it."""

    code = "ticket_reserved"


class TicketVoid(RuleRefusal):
    """The ticket was missed as often as the rules say: the visitor takes a new one."""

    code = "ticket_void"
