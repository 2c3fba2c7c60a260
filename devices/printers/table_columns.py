"""How wide the columns of a table are, in whatever is counted: dots or cells."""

from collections.abc import Callable
from itertools import pairwise

from devices.printers.blocks import Table
from devices.printers.typeset import WORDS, cleaned


def column_widths(table: Table, whole: int, measure: Callable[[str], int], *, between: int) -> list[int]:
    """By the table's shares, but none narrower than its widest word; the widest column gives what others need.

    Args:
        whole: what all of them have together.
        measure: how wide a text is.
        between: what stays white at the right of each column.
    """
    edges = [whole * sum(table.shares[:n]) // sum(table.shares) for n in range(len(table.shares) + 1)]
    widths = [after - before for before, after in pairwise(edges)]
    for n, cells in enumerate(zip(table.head, *table.rows, strict=True)):
        least = between + max(measure(word) for cell in cells for word in (WORDS.findall(cleaned(cell)) or [""]))
        widest = max(range(len(widths)), key=widths.__getitem__)
        if n != widest and widths[n] < least:
            taken = max(0, min(least - widths[n], widths[widest] - whole // 3))
            widths[n] += taken
            widths[widest] -= taken
    return widths
