"""What an estimated wait was made from, as it goes with a ticket until the wait has come true."""

from msgspec import Struct


class Basis(Struct, frozen=True, array_like=True, gc=False):
    """The state of a queue when somebody came, before anything that was learned about its estimates."""

    first_s: float  # until the first counter falls free; 0 for a visitor whom a clerk was free for
    line_s: float  # from then on, until all those before have been called; 0 for the next in line
    spread: float  # standard deviation of the wait over its mean
