"""Typed numbers: whose document they are of, and that nothing repeats them."""

from datetime import date

import pytest

from hall.identity import DocumentKind, InvalidNumber, Verification, person_hash
from hall.numbers.kind import NumberKind
from hall.numbers.typed import from_first_generation, recognise, typed_document
from tests.hall.numbers.fuzzed import accepted

TODAY = date(2026, 3, 2)
KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("typed", "kind", "number"),
    [
        ("15990019900101000X", "resident", "15990019900101000X"),
        (" 159900 1990 0101-000x ", "resident", "15990019900101000X"),
        ("159900900101000", "resident", "15990019900101000X"),  # the first generation's 15 digits
        ("810000198503150017", "hmt_permit", "810000198503150017"),
        ("819999198503150016", "hmt_permit", "819999198503150016"),
        ("82999919900615002X", "hmt_permit", "82999919900615002X"),
        ("839999199502280036", "hmt_permit", "839999199502280036"),
        ("932682198501010017", "foreigner_2023", "932682198501010017"),
        ("911124198108030024", "foreigner_2023", "911124198108030024"),
        ("931586198001010028", "foreigner_2023", "931586198001010028"),
        ("999999197001010017", "foreigner_2023", "999999197001010017"),
        ("zzz110000000001", "foreigner_2017", "ZZZ110000000001"),
        ("H00000000", "hk_macau_pass", "H00000000"),
        ("m0000000001", "hk_macau_pass", "M0000000001"),  # with its issue count
        ("00000000", "taiwan_pass", "00000000"),
        ("C00000000", "exit_permit", "C00000000"),
        ("CA0000000", "exit_permit", "CA0000000"),
        ("E00000000", "passport", "E00000000"),
        ("L898902C3", "passport", "L898902C3"),
    ],
)
def test_a_number_is_recognised_by_its_form_and_brought_into_one(typed, kind, number):
    found = recognise(typed, TODAY)

    assert (found.kind, found.number) == (NumberKind(kind), number)


def test_a_typed_number_makes_a_document_that_nobody_verified():
    document = typed_document("159900900101000", TODAY)

    assert (document.kind, document.verification) == (DocumentKind.TYPED, Verification.TYPED)
    assert (document.number, document.name, document.number_kind) == ("15990019900101000X", "", NumberKind.RESIDENT)
    assert (document.birth, document.sex) == (date(1990, 1, 1), "2")


def test_a_form_that_tells_no_birth_leaves_birth_and_sex_open():
    document = typed_document("H00000000", TODAY)

    assert (document.birth, document.sex, document.number_kind) == (None, None, NumberKind.HK_MACAU_PASS)


def test_the_old_and_the_new_form_of_a_number_name_the_same_person():
    old, new = (typed_document(typed, TODAY) for typed in ("159900900101000", "15990019900101000x"))

    assert person_hash(KEY, old.number) == person_hash(KEY, new.number)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no document has a number of this form"),
        ("110105194912310021", "check character"),
        ("159900199002301001", "birth date does not exist"),
        ("15990019901301100X", "birth date does not exist"),
        ("159900209912310018", "future"),
        ("159900901301000", "birth date does not exist"),  # 15 digits, month 13
        ("1599001990010100", "form"),
        ("ZZ1110000000001", "form"),
        ("０００００００００００００００", "form"),
        ("PASSPORT", "form"),
        ("1" * 65, "too long"),
    ],
)
def test_a_number_that_cannot_exist_is_refused_with_the_reason(typed, why):
    with pytest.raises(InvalidNumber, match=why):
        recognise(typed, TODAY)


def test_fifteen_digits_become_eighteen_and_nothing_else_does():
    assert from_first_generation("110105491231002") == "11010519491231002X"
    for wrong in ("", "11010549123100", "1101054912310022", "11010549123100X"):
        with pytest.raises(InvalidNumber, match="15 digits"):
            from_first_generation(wrong)


@pytest.mark.parametrize("typed", ["110105194912310021", "159900199002301001", "ABCDEFGHIJK12345"])
def test_neither_a_refusal_nor_a_repr_repeats_the_number(typed):
    with pytest.raises(InvalidNumber) as caught:
        recognise(typed, TODAY)

    assert typed[:6] not in str(caught.value) + repr(caught.value)
    for shown in (recognise("15990019900101000X", TODAY), typed_document("15990019900101000X", TODAY)):
        assert "1599001990" not in f"{shown} {shown!r}"


def test_nothing_that_can_be_typed_raises_anything_but_a_refusal():
    assert accepted("typed_number", lambda text: typed_document(text, TODAY)) > 5_000
