"""Throws damaged texts at a parser of numbers: 200,000 from a kept corpus; nothing may come out but its own refusal."""

import re
from collections.abc import Callable, Iterator, Sequence

from hall.identity import InvalidNumber
from tests.devices.fuzzing import Target, fuzz


def accepted(corpus: str, parse: Callable[[str], object]) -> int:
    """Fuzz, and give how many texts were accepted: a parser that refuses everything proves nothing."""
    passed, refusals = 0, set()

    def read(pieces: Sequence[bytes]) -> Iterator[object]:
        nonlocal passed
        try:
            found = parse(b"".join(pieces).decode("utf-8", errors="replace"))
        except InvalidNumber as exc:
            refusals.add(str(exc))
            raise
        passed += 1
        yield found

    fuzz(Target(corpus, read, may_raise=(InvalidNumber,)))
    assert not [said for said in refusals if re.search(r"\d{4}", said)]  # none repeats what it was given
    return passed
