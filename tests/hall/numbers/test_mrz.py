"""Machine-readable zones: the specimens of ICAO 9303, and damage."""

from datetime import date

import pytest

from hall.identity import DocumentKind, InvalidNumber, Verification
from hall.numbers.kind import NumberKind
from hall.numbers.mrz import VALUES, check_digit, parse_mrz
from tests.hall.numbers.fuzzed import accepted

TODAY = date(2026, 3, 2)
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
LONG_TD1 = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
SPECIMENS = {"TD3": TD3, "TD2": TD2, "TD1": TD1}


def remade(zone: str, at: int, new: str) -> str:
    """A TD3 zone with something else printed in it, and all of its check digits made anew."""
    text = zone.replace("\n", "")
    text = text[:at] + new + text[at + len(new) :]
    for start, end in ((44, 53), (57, 63), (65, 71), (72, 86)):
        text = text[:end] + check_digit(text[start:end]) + text[end + 1 :]
    return text[:87] + check_digit(text[44:54] + text[57:64] + text[65:87])


@pytest.mark.parametrize(("field", "digit"), [("L898902C<", "3"), ("690806", "1"), ("940623", "6"), ("", "0")])
def test_check_digits_of_the_worked_example(field, digit):
    assert check_digit(field) == digit


@pytest.mark.parametrize("size", SPECIMENS)
def test_the_specimens_are_read(size):
    document = parse_mrz(SPECIMENS[size], TODAY)

    assert (document.kind, document.number_kind) == (DocumentKind.PASSPORT, NumberKind.PASSPORT)
    assert document.verification is Verification.READ_UNVERIFIED
    assert document.number == ("L898902C3" if size == "TD3" else "D23145890")
    assert (document.name, document.sex, document.issuer) == ("ERIKSSON, ANNA MARIA", "2", "UTO")
    assert (document.birth, document.valid_to) == (date(1974, 8, 12), date(2012, 4, 15))
    assert document.warnings == ("expired",)


def test_a_number_of_more_than_nine_characters_goes_on_in_the_optional_field():
    document = parse_mrz(LONG_TD1, TODAY)

    assert (document.number, document.name) == ("D23145890734", "STEVENSON, PETER JOHN")
    assert (document.birth, document.valid_to) == (date(1934, 7, 12), date(1995, 7, 12))


@pytest.mark.parametrize("zone", [TD3.replace("\n", "\r\n"), TD3.replace("\n", ""), TD3.lower(), f" {TD3}\n\n"])
def test_line_ends_spaces_and_small_letters_do_not_matter(zone):
    assert parse_mrz(zone, TODAY) == parse_mrz(TD3, TODAY)


@pytest.mark.parametrize("size", SPECIMENS)
def test_no_single_wrong_character_of_the_checked_fields_passes(size):
    zone = SPECIMENS[size].replace("\n", "")
    checked = {"TD3": (*range(44, 54), *range(57, 64), *range(65, 88)), "TD2": (*range(36, 46), 71), "TD1": (5, 14, 59)}
    for at in checked[size]:
        other = str((VALUES[zone[at]] + 1) % 10)  # values that differ by ten are one to the weights 7, 3 and 1
        with pytest.raises(InvalidNumber):
            parse_mrz(zone[:at] + other + zone[at + 1 :], TODAY)


def test_an_empty_optional_field_may_go_without_its_check_digit():
    zone = remade(TD3, 72, "<" * 14)
    blank = zone[:86] + "<" + check_digit(zone[44:54] + zone[57:64] + zone[65:86] + "<")

    assert parse_mrz(zone, TODAY) == parse_mrz(blank, TODAY)


@pytest.mark.parametrize(
    ("birth", "born"),
    [("260302", date(2026, 3, 2)), ("260303", date(1926, 3, 3)), ("000229", date(2000, 2, 29)), ("<<<<<<", None)],
)
def test_a_two_digit_year_of_birth_is_never_in_the_future(birth, born):
    document = parse_mrz(remade(TD3, 57, birth), TODAY)

    assert document.birth == born
    assert ("birth_unreadable" in document.warnings) is (born is None)


@pytest.mark.parametrize(
    ("expiry", "ends", "warning"),
    [
        ("360301", date(2036, 3, 1), ()),
        ("940623", date(1994, 6, 23), ("expired",)),
        ("261301", None, ("validity_unreadable",)),
    ],
)
def test_a_two_digit_year_of_expiry_is_the_near_one(expiry, ends, warning):
    document = parse_mrz(remade(TD3, 65, expiry), TODAY)

    assert (document.valid_to, document.warnings) == (ends, warning)


def test_a_person_with_one_name_has_no_comma():
    assert parse_mrz(remade(TD3, 5, "ARKFREITH".ljust(39, "<")), TODAY).name == "ARKFREITH"


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("", "3 lines of 30"),
        (TD3[:-1], "3 lines of 30"),
        (TD3 + "<", "3 lines of 30"),
        (remade(TD3, 44, "<" * 9), "no number"),
        (remade(TD3, 5, "<" * 39), "no name"),
        (remade(TD3, 44, "L89<902C3"), "no number"),
    ],
)
def test_what_is_no_zone_is_refused_with_the_reason(zone, why):
    with pytest.raises(InvalidNumber, match=why):
        parse_mrz(zone, TODAY)


def test_a_refusal_repeats_nothing_of_the_zone():
    with pytest.raises(InvalidNumber) as caught:
        parse_mrz(TD3.replace("L898902C36", "L898902C37"), TODAY)

    assert "L8989" not in str(caught.value)
    assert "L898902" not in repr(parse_mrz(TD3, TODAY))


def test_nothing_raises_anything_but_a_refusal():
    assert accepted("mrz", lambda text: parse_mrz(text, TODAY)) > 2_000
