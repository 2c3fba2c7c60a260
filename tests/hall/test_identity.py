"""Identity numbers and documents: the rules of the number, and that nothing shows a person."""

import random
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.identity import (
    CHECK_CHARACTERS,
    FINGERPRINT_OF,
    DocumentKind,
    IdentityDocument,
    InvalidNumber,
    LongTerm,
    Verification,
    age_years,
    check_character,
    check_resident_number,
    key_fingerprint,
    masked_number,
    person_hash,
    without_common_key,
)
from tests.hall.numbers.fuzzed import accepted

TODAY = date(2026, 3, 2)
VALID = {  # textbook numbers, specimens, and synthetic ones
    "11010519491231002X": date(1949, 12, 31),
    "440524188001010014": date(1880, 1, 1),
    "360426199101010071": date(1991, 1, 1),
    "932682198501010017": date(1985, 1, 1),
    "911124198108030024": date(1981, 8, 3),
    "931586198001010028": date(1980, 1, 1),
    "15990019900101000X": date(1990, 1, 1),
    "159900194909301226": date(1949, 9, 30),
    "159900194909301234": date(1949, 9, 30),
    "159900195602140020": date(1956, 2, 14),
    "159900195506150317": date(1955, 6, 15),
    "159900197012251117": date(1970, 12, 25),
    "159900198808080426": date(1988, 8, 8),
    "159900198802290174": date(1988, 2, 29),
    "159900200002290053": date(2000, 2, 29),
    "159900200802291249": date(2008, 2, 29),
    "159900201504010669": date(2015, 4, 1),
    "159900196001017777": date(1960, 1, 1),
    "159900194510010021": date(1945, 10, 1),
    "810000198503150017": date(1985, 3, 15),
    "819999198503150016": date(1985, 3, 15),
    "82999919900615002X": date(1990, 6, 15),
    "839999199502280036": date(1995, 2, 28),
    "999999197001010017": date(1970, 1, 1),
}
IMPOSSIBLE_AREAS = (
    "990000199003070013",
    "000000199003070014",
    "999900199001010014",
    "150299198001010019",
)
NO_SUCH_DATE = {
    "159900199002301001": "30 February",
    "15990019901301100X": "month 13",
    "159900199004310016": "31 April",
    "159900190102290011": "29 February 1901",
}
FUTURE = "159900209912310018"


@pytest.mark.parametrize("number", VALID)
def test_valid_numbers_give_their_birth_date(number):
    assert check_resident_number(number, TODAY) == VALID[number]


@pytest.mark.parametrize("number", IMPOSSIBLE_AREAS)
def test_the_area_is_never_held_against_anyone(number):
    assert check_resident_number(number, TODAY)


@pytest.mark.parametrize("number", NO_SUCH_DATE)
def test_a_date_that_does_not_exist_is_refused_although_the_check_character_fits(number):
    assert check_character(number[:17]) == number[17]

    with pytest.raises(InvalidNumber, match="birth date does not exist"):
        check_resident_number(number, TODAY)


def test_a_birth_in_the_future_is_refused_and_one_today_is_not():
    assert check_character(FUTURE[:17]) == FUTURE[17]

    with pytest.raises(InvalidNumber, match="future"):
        check_resident_number(FUTURE, TODAY)
    with pytest.raises(InvalidNumber, match="future"):
        check_resident_number(FUTURE, date(2099, 12, 30))
    assert check_resident_number(FUTURE, date(2099, 12, 31)) == date(2099, 12, 31)


def test_a_wrong_check_character_is_refused():
    with pytest.raises(InvalidNumber, match="check character does not fit"):
        check_resident_number("110105194912310021", TODAY)


def test_a_small_x_is_accepted():
    assert check_resident_number("11010519491231002x", TODAY) == date(1949, 12, 31)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "1",
        "11010519491231002",
        "11010519491231002XX",
        " 11010519491231002X",
        "1101051949123100X2",
        "110105491231002",
        "11010519491231-02X",
        "１１０１０５１９４９１２３１００２X",
        "¹¹010519491231002X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "11010519491231002ß",
    ],
)
def test_another_form_is_refused(number):
    with pytest.raises(InvalidNumber):
        check_resident_number(number, TODAY)


@pytest.mark.parametrize("number", ["110105194912310021", *NO_SUCH_DATE, FUTURE, "15990019900101000Q"])
def test_a_refusal_never_repeats_the_number(number):
    with pytest.raises(InvalidNumber) as caught:
        check_resident_number(number, TODAY)

    assert number[6:14] not in str(caught.value)


@pytest.mark.parametrize("number", VALID)
def test_no_single_wrong_digit_passes(number):
    for place in range(17):
        for digit in "0123456789":
            if digit != number[place]:
                with pytest.raises(InvalidNumber):
                    check_resident_number(number[:place] + digit + number[place + 1 :], TODAY)


@pytest.mark.parametrize("number", VALID)
def test_no_two_swapped_neighbours_pass(number):
    for place in range(16):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if swapped != number:
            with pytest.raises(InvalidNumber):
                check_resident_number(swapped, TODAY)


@pytest.mark.parametrize("seed", range(50))
def test_numbers_made_by_the_rule_pass_it(seed):
    rng = random.Random(seed)
    birth = TODAY - timedelta(days=rng.randrange(40_000))
    first17 = f"1599{rng.randrange(100):02d}{birth:%Y%m%d}{rng.randrange(1000):03d}"

    assert check_resident_number(first17 + check_character(first17), TODAY) == birth


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_refusal_and_nothing_else(text):
    try:
        assert check_resident_number(text, TODAY) <= TODAY
    except InvalidNumber:
        return


def test_check_characters_are_the_eleven_of_the_standard():
    assert sorted(CHECK_CHARACTERS) == sorted("0123456789X")


@pytest.mark.parametrize("first16", [number[:17] for number in VALID])
def test_the_check_character_needs_seventeen_digits(first16):
    with pytest.raises(ValueError):
        check_character(first16[:16])


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("15990019900101000X", "**************000X"),
        ("H00000000", "*****0000"),
        ("12345678", "****5678"),
        ("1234567", "*******"),
        ("", ""),
    ],
)
def test_masking_keeps_the_last_four_of_numbers_that_are_long_enough(number, masked):
    assert masked_number(number) == masked


def test_a_document_shows_neither_name_nor_birth_nor_number():
    document = IdentityDocument(
        kind=DocumentKind.RESIDENT,
        number="15990019900101000X",
        name="测试甲",
        verification=Verification.SAM_VERIFIED,
        birth=date(1990, 1, 1),
        valid_to=LongTerm.LONG_TERM,
    )

    for shown in (repr(document), str(document), f"{document}", repr([document])):
        assert "测试甲" not in shown
        assert "1990" not in shown
        assert "000X" in shown


def test_a_document_cannot_be_changed():
    document = IdentityDocument(
        kind=DocumentKind.TYPED, number="12345678", name="测试甲", verification=Verification.TYPED
    )

    with pytest.raises(AttributeError):
        document.name = "测试乙"


def test_a_persons_hash_needs_the_key_and_says_nothing_of_the_number():
    number, key = "159900194909301226", b"0123456789abcdef"

    named = person_hash(key, number)

    assert named == person_hash(key, number.lower() + " ")
    assert named != person_hash(b"another key of 16", number)
    assert re.fullmatch(r"[0-9a-f]{32}", named)
    assert number[-4:] not in named
    with pytest.raises(ValueError, match="16 bytes"):
        person_hash(b"short", number)


def test_a_key_s_fingerprint_tells_keys_apart_and_is_nobody_s_hash():
    key = bytes(range(32))

    fingerprint = key_fingerprint(key)

    assert re.fullmatch(r"[0-9a-f]{8}", fingerprint)
    assert fingerprint == key_fingerprint(bytes(range(32))) != key_fingerprint(bytes(32))
    assert fingerprint not in key.hex()
    assert not person_hash(key, FINGERPRINT_OF.decode()).startswith(fingerprint)


@pytest.mark.parametrize(
    ("fingerprints", "others"),
    [
        ({}, []),
        ({"K01": "a"}, []),
        ({"K01": "a", "K02": "a"}, []),
        ({"K01": "a", "K02": "b"}, ["K01", "K02"]),
        ({"K01": "a", "K02": "b", "K03": "b"}, ["K01"]),
        ({"K01": "a", "K02": "b", "K03": "a", "K04": "b", "K05": "c"}, ["K01", "K02", "K03", "K04", "K05"]),
    ],
)
def test_who_has_another_key_than_most_is_named(fingerprints: dict[str, str], others: list[str]):
    assert without_common_key(fingerprints) == others


@pytest.mark.parametrize(
    ("birth", "today", "years"),
    [
        (date(1949, 9, 30), date(2019, 9, 29), 69),
        (date(1949, 9, 30), date(2019, 9, 30), 70),
        (date(1952, 2, 29), date(2022, 2, 28), 69),
        (date(1952, 2, 29), date(2022, 3, 1), 70),
    ],
)
def test_age_counts_whole_years(birth: date, today: date, years: int):
    assert age_years(birth, today) == years


def test_nothing_raises_anything_but_a_refusal():
    assert accepted("resident_number", lambda text: check_resident_number(text, TODAY)) > 500
