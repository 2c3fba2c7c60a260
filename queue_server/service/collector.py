"""The garbage collector of a server: what was loaded at the start stays, and the hall's own things have no cycles."""

import gc

YOUNG_OBJECTS = 20_000  # made since the last look; Python's own 700 has it look several times a batch
LOOKS_BETWEEN_FULL = 50  # of each younger generation


def spare_collector() -> None:
    """Once everything is loaded: let the collector look seldom, and never again at what is there now.

    A full look at a server's modules takes 40 ms, in which nobody is answered; looks at young objects cost a drawn
    number a tenth of its time. Cycles are still found, later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, LOOKS_BETWEEN_FULL, LOOKS_BETWEEN_FULL)
