"""Why a day is not begun, ended or gone on with, and a clock that is not believed."""

from queue_server.domain.refusals.refusal import Refusal


class DayNotOver(Refusal):
    """The business day has not changed."""

    code = "day_not_over"


class DayIsClosed(Refusal):
    """The day was ended; numbers are drawn again tomorrow, or once it is reopened."""

    code = "day_closed"


class DayGoesOn(Refusal):
    """The day was not ended, so it cannot be reopened."""

    code = "day_goes_on"


class ClosingNeedsConfirmation(Refusal):
    """Open tickets would be given up: confirm how many."""

    code = "closing_needs_confirmation"


class ClockSteppedBack(Refusal):
    """The server's clock is further behind the last record than is usual."""

    code = "clock_stepped_back"


class ClockLeapt(Refusal):
    """The server's clock says that more time has passed than is believed."""

    code = "clock_leapt"
