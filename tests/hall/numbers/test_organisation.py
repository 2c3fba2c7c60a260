"""Unified social credit codes against published and synthetic ones."""

import pytest

from hall.identity import InvalidNumber
from hall.numbers.organisation import (
    ALPHABET,
    WEIGHTS,
    check_credit_code,
    credit_check_character,
    organisation_check_character,
)
from tests.hall.numbers.fuzzed import accepted

VALID = (
    "91110000600037341L",
    "91350100M000100Y43",
    "11310000MB2F30661Y",
    "11159900MB0000000A",
    "91159900MA0TXY014R",
    "12159900MB0TXY0268",
    "92159900MA0TXY030C",
    "52159900MJ0TXY0415",
    "91159900MA0TXY0577",
)


def test_the_weights_are_those_of_the_standard():
    assert WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert len(ALPHABET) == 31


@pytest.mark.parametrize("code", VALID)
def test_valid_codes_pass_with_both_checks(code):
    found = check_credit_code(code.lower())

    assert (found.code, found.area, found.organisation) == (code, code[2:8], code[8:17])
    assert found.organisation_fits is True


def test_the_registering_body_is_named():
    assert [check_credit_code(code).body for code in (VALID[0], VALID[2], VALID[7])] == ["市场监管", "机构编制", "民政"]


@pytest.mark.parametrize("front", ["A1", "N2", "Y1", "5A", "9N"])
def test_letters_may_stand_at_the_front(front):
    first17 = f"{front}159900MA0TXY057"
    code = first17 + credit_check_character(first17)

    found = check_credit_code(code)

    assert found.code == code
    assert found.body == {"Y": "其他", "5": "民政", "9": "市场监管"}.get(front[0])


@pytest.mark.parametrize("letter", "IOSVZ")
@pytest.mark.parametrize("at", [0, 9, 17])
def test_the_five_letters_that_are_mistaken_for_others_are_refused(letter, at):
    code = VALID[0]

    with pytest.raises(InvalidNumber, match="without I, O, S, V and Z"):
        check_credit_code(code[:at] + letter + code[at + 1 :])


@pytest.mark.parametrize("at", range(18))
def test_no_single_wrong_character_passes(at):
    code = VALID[3]
    for character in set(ALPHABET) - {code[at]}:
        with pytest.raises(InvalidNumber, match="check character"):
            check_credit_code(code[:at] + character + code[at + 1 :])


def test_an_inner_check_that_does_not_fit_is_told_and_refuses_nobody():
    first17 = "91159900MA0TXY058"
    assert organisation_check_character("MA0TXY05") == "7"

    found = check_credit_code(first17 + credit_check_character(first17))

    assert found.organisation_fits is False


def test_organisation_checks_of_ten_and_eleven_are_x_and_nought():
    codes = {f"MA0TXY{number:02d}": organisation_check_character(f"MA0TXY{number:02d}") for number in range(100)}

    assert {"X", "0"} <= set(codes.values())
    assert organisation_check_character("MA0TXY05") == VALID[8][16]


@pytest.mark.parametrize("code", ["", "9", VALID[0][:-1], VALID[0] + "0", "９" * 18, " " * 18])
def test_another_size_or_another_script_is_refused(code):
    with pytest.raises(InvalidNumber):
        check_credit_code(code)


def test_nothing_shows_a_code_whole():
    assert VALID[0][:14] not in f"{check_credit_code(VALID[0])!r} {check_credit_code(VALID[0])}"
    with pytest.raises(InvalidNumber) as caught:
        check_credit_code(VALID[0][:-1] + "1")
    assert VALID[0][:8] not in str(caught.value)


def test_nothing_raises_anything_but_a_refusal():
    assert accepted("credit_code", check_credit_code) > 500
