"""How a ticket's numbers are put in words: waits as ranges, windows as a short list."""

import math
from collections.abc import Callable, Sequence

from hall.texts import Texts

COARSE_FROM_MIN = 20  # longer waits are told in steps of five minutes
SHORTEST_RUN = 4  # this many windows in a row are written as first–last


def wait_range(low_s: float, high_s: float, texts: Texts) -> str:
    """An expected wait as people say it, e.g. "about 5–10 minutes". Never promises less than `high_s`.

    Args:
        low_s: the median estimate, seconds, >= 0.
        high_s: the 90th percentile, seconds, >= `low_s`.
    """
    if high_s <= 60:
        return texts("less than a minute")
    low, high = _minutes(low_s, math.floor), _minutes(high_s, math.ceil)
    if low in (0, high):
        return texts("up to {high} minutes", high=high)
    return texts("{low}–{high} minutes", low=low, high=high)


def window_list(counters: Sequence[str], texts: Texts) -> str:
    """The windows that serve a queue, e.g. "Windows 1, 2, 9–12"; "" for none."""
    if not counters:
        return ""
    parts: list[str] = []
    for run in _runs(counters):
        parts += [f"{run[0]}–{run[-1]}"] if len(run) >= SHORTEST_RUN else run
    form = "Window {numbers}" if len(counters) == 1 else "Windows {numbers}"
    return texts(form, numbers=texts(", ").join(parts))


def _minutes(seconds: float, rounded: Callable[[float], int]) -> int:
    minutes = seconds / 60
    return rounded(minutes) if minutes <= COARSE_FROM_MIN else rounded(minutes / 5) * 5


def _runs(counters: Sequence[str]) -> list[list[str]]:
    """Numbers in a row belong together; anything that is not a number stands alone."""
    runs: list[list[str]] = []
    for counter in counters:
        last = runs[-1][-1] if runs else ""
        if counter.isdecimal() and last.isdecimal() and int(counter) == int(last) + 1:
            runs[-1].append(counter)
        else:
            runs.append([counter])
    return runs
