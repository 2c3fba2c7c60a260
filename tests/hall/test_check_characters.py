"""ISO/IEC 7064, MOD 1271-36."""

import random

import pytest

from hall.check_characters import ALPHABET, check_characters, is_intact


def test_the_check_characters_are_those_of_the_standards_own_example():
    """ISO/IEC 7064, 8.2: ISO79 is followed by 3W."""
    assert check_characters("ISO79") == "3W"
    assert is_intact("ISO793W")
    assert not is_intact("ISO793X")


@pytest.mark.parametrize("seed", range(20))
def test_every_wrong_character_and_every_swap_of_neighbours_is_noticed(seed):
    rng = random.Random(seed)
    text = "".join(rng.choices(ALPHABET, k=rng.randrange(1, 40)))
    whole = text + check_characters(text)

    assert is_intact(whole)
    for at, character in enumerate(whole):
        assert not any(is_intact(whole[:at] + other + whole[at + 1 :]) for other in ALPHABET if other != character)
    for at in range(len(whole) - 1):
        swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
        assert swapped == whole or not is_intact(swapped)


def test_other_characters_are_refused_and_never_intact():
    assert not is_intact("iso793w")
    assert not is_intact("")
    with pytest.raises(ValueError, match="digits and capital letters"):
        check_characters("HALLQ-T")
