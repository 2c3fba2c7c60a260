"""What a queue has learned from its own estimates: how far they are off, and how wide their range must be.

A wait is taken to be spread like a gamma distribution about its mean: the cube root of such a variable is nearly
normal (Wilson and Hilferty 1931). What remains is tracked by stochastic approximation of quantiles (Robbins and Monro
1951): whenever a wait comes true, each number moves a step towards it, so that in the long run half of the waits lie
below the middle of their ranges, one in ten below and one in ten above; whatever their true distribution is.

Three kinds of wait are told apart: for a clerk who is free, for the first counter that falls free, and in a line.
"""

from math import cbrt, exp, log

from msgspec import Struct

from hall.priority import RANK, PriorityClass
from hall.wait import Basis

BIAS_STEP, BIAS_GAIN = 0.04, 0.4  # how far a wait moves a bias, in spreads: gain over those seen, not below the step
END_STEP, END_GAIN, MOST_STEP = 0.08, 3.0, 0.5  # the same for the ends of ranges
AT_ONCE_STEP = 0.04
MOST_BIAS = log(4)
NEAREST_Z, FURTHEST_Z = 0.05, 4.0
SMALLEST = 0.02  # of a mean: no wait is taken to be shorter than its cube
ONE_VISIT, THE_OTHERS = 0.02, 0.98  # how a queue's means weigh a new visitor and all before: they follow the last 50
GREEN, BOOKED = RANK[PriorityClass.GREEN], RANK[PriorityClass.BOOKED]
AT_ONCE_S = (2.5, 6.0, 15.0)  # assumed: how long a free clerk takes to call


class Band(Struct, frozen=True, array_like=True, gc=False):
    """Three quantiles of a wait, in seconds."""

    p10_s: float
    p50_s: float
    p90_s: float


class Learned(Struct, kw_only=True):
    """About one kind of wait. `low_z` and `high_z` say where a range ends, in standard deviations of a cube root."""

    bias: float  # its exponential multiplies what the line takes, or for the next in line the time to the first counter
    low_z: float = -1.28
    high_z: float = 1.28
    seen: int = 0


class Calibration(Struct, kw_only=True):
    """One queue's. The numbers change in place, by the functions below alone."""

    visit_s: float  # mean time for which a visitor keeps a counter busy
    green_share: float = 0.08  # of visitors; assumed at first
    booked_share: float = 0.12
    most_counters: int = 0  # on duty at once, today
    usual_counters: int = 0  # the same on the last day that had any
    at_once: tuple[float, float, float] = (log(AT_ONCE_S[0]), log(AT_ONCE_S[1]), log(AT_ONCE_S[2]))
    at_once_seen: int = 0
    first: Learned
    line: Learned

    def overtaking(self, rank: int) -> float:
        """The share of later visitors who go before one of a rank of priority."""
        if rank <= GREEN:
            return 0.0
        return self.green_share if rank <= BOOKED else self.green_share + self.booked_share


def beginner(visit_s: float) -> Calibration:
    """A queue that has learned nothing yet; the biases are assumed."""
    return Calibration(visit_s=visit_s, first=Learned(bias=0.1, low_z=-1.0, high_z=1.15), line=Learned(bias=0.1))


def band(known: Calibration, basis: Basis) -> Band:
    """The range of a wait."""
    if not basis.first_s:
        p10, p50, p90 = known.at_once
        return Band(exp(p10), exp(p50), exp(p90))
    learned = known.line if basis.line_s else known.first
    mean_s = _mean_s(basis, learned)
    third = basis.spread / 3
    centre = 1 - third * third
    low, high = max(centre + third * learned.low_z, SMALLEST), centre + third * learned.high_z
    return Band(mean_s * low * low * low, mean_s * centre * centre * centre, mean_s * high * high * high)


def learn(known: Calibration, basis: Basis, waited_s: float) -> None:
    """A wait that was estimated has come true."""
    if not basis.first_s:
        _learn_at_once(known, waited_s)
        return
    learned = known.line if basis.line_s else known.first
    learned.seen += 1
    mean_s = _mean_s(basis, learned)
    third = basis.spread / 3
    z = (cbrt(max(waited_s, 0.0) / mean_s) - 1 + third * third) / third
    step = max(BIAS_STEP, BIAS_GAIN / learned.seen) * basis.spread
    learned.bias = min(max(learned.bias + (step if z > 0 else -step), -MOST_BIAS), MOST_BIAS)
    step = max(END_STEP, min(END_GAIN / learned.seen, MOST_STEP))
    low = learned.low_z + step * (0.1 - (z < learned.low_z))
    high = learned.high_z + step * (0.9 - (z < learned.high_z))
    learned.low_z = min(max(low, -FURTHEST_Z), -NEAREST_Z)
    learned.high_z = max(min(high, FURTHEST_Z), NEAREST_Z)


def learn_visit(known: Calibration, visit_s: float, priority: PriorityClass) -> None:
    """A visitor has come."""
    rank = RANK[priority]
    known.visit_s += (visit_s - known.visit_s) * ONE_VISIT
    known.green_share *= THE_OTHERS
    known.booked_share *= THE_OTHERS
    if rank == GREEN:
        known.green_share += ONE_VISIT
    elif rank == BOOKED:
        known.booked_share += ONE_VISIT


def _mean_s(basis: Basis, learned: Learned) -> float:
    if basis.line_s:
        return basis.first_s + basis.line_s * exp(learned.bias)
    return basis.first_s * exp(learned.bias)


def _learn_at_once(known: Calibration, waited_s: float) -> None:
    known.at_once_seen += 1
    step = max(AT_ONCE_STEP, min(END_GAIN / known.at_once_seen, MOST_STEP))
    seen = log(max(waited_s, 1.0))
    p10, p50, p90 = (_towards(seen, at, level, step) for at, level in zip(known.at_once, (0.1, 0.5, 0.9), strict=True))
    known.at_once = min(p10, p50), p50, max(p90, p50)


def _towards(seen: float, at: float, level: float, step: float) -> float:
    """A tracked quantile's next value."""
    return at + step * (level - (seen < at))
