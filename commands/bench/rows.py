"""A bench's figures as rows: each stands beside a limit, and says whether the goal on the two is met."""

from collections.abc import Sequence

from msgspec import Struct

AT_MOST = ", at most"
"""How the name of a figure ends that should be small; any other should be large."""


class Wrong(Exception):
    """The hall answered fast and wrongly: a number twice, a ticket at two counters, an answer that was not kept."""


class Row(Struct, frozen=True):
    """One figure.

    Attributes:
        limit: a reference taken in the same run, or for an absolute goal the goal's own figure.
        ratio: value over limit.
        goal: what the ratio must reach; where the name ends in `AT_MOST`, what it must not exceed.
    """

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    goal: float
    met: bool

    @property
    def is_at_most(self) -> bool:
        """Whether small is good."""
        return self.name.endswith(AT_MOST)


def at_least(name: str, value: float, unit: str, limit: float, *, goal: float = 1.0) -> Row:
    """A figure that should be large: at least `goal` times the limit."""
    ratio = value / limit
    return Row(name, round(value, 2), unit, round(limit, 2), round(ratio, 4), goal, ratio >= goal)


def at_most(name: str, value: float, unit: str, limit: float, *, goal: float = 1.0) -> Row:
    """A figure that should be small: at most `goal` times the limit."""
    ratio = value / limit
    return Row(f"{name}{AT_MOST}", round(value, 2), unit, round(limit, 2), round(ratio, 4), goal, ratio <= goal)


def noted(name: str, value: float, unit: str, limit: float | None = None) -> Row:
    """A figure without a goal, for information."""
    limit = limit or value
    return Row(name, round(value, 2), unit, round(limit, 2), round(value / limit, 4) if limit else 0.0, 0.0, True)


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows for a person."""
    print(f"{'figure':58} {'value':>11} {'limit':>11} {'ratio':>7} {'goal':>7}")
    for row in rows:
        goal = "-" if row.goal == 0 else f"{'<=' if row.is_at_most else '>='} {row.goal:g}"
        mark = "" if row.goal == 0 else "ok" if row.met else "MISSED"
        name = row.name.removesuffix(AT_MOST)
        print(f"{name:58} {row.value:>11,.1f} {row.limit:>11,.1f} {row.ratio:>7.3f} {goal:>7} {mark:6} {row.unit}")
