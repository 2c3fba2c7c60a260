"""The social security card's commands and records, without any reader."""

import random
from collections.abc import Callable
from datetime import date

import pytest

from devices.identity.apdu import CardError, exchange
from devices.identity.social_card import (
    CARD_FILE,
    HOLDER_FILE,
    SELECT_APPLICATION,
    NotASocialCard,
    SocialCardError,
    read_social_card,
)
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from hall.identity import DocumentKind, Verification

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)
TRANSCRIPT = {  # published examples; what is not listed answers "record not found"
    "00A404000F7378312E73682EC9E7BBE1B1A3D5CF": "9000",
    "00A4000002EF05": "9000",
    "00A4000002EF06": "9000",
    "00B2080014": "0812313539393030313939303031303130303058" + "9000",
    "00B2090020": "091EB2E2CAD4BCD7" + 24 * "00" + "9000",
}


def card(**changes: bytes | None) -> SocialCardSim:
    """A card of PERSON with some records of the holder's file replaced ("t09=...") or left out (None)."""
    files = {file_id: dict(records) for file_id, records in card_files(PERSON).items()}
    for tag, value in changes.items():
        number = int(tag[1:], 16)
        records = files[HOLDER_FILE if number >= 8 else CARD_FILE]
        if value is None:
            del records[number]
        else:
            records[number] = value
    return SocialCardSim(0, files)


def through(sim: SocialCardSim) -> Callable[[bytes], tuple[bytes, int]]:
    def transmit(command: bytes) -> tuple[bytes, int]:
        answer = sim.answer(command)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return transmit


def read(sim: SocialCardSim):
    return read_social_card(through(sim), TODAY)


def test_the_records_of_the_manual_are_understood():
    def transmit(command: bytes) -> tuple[bytes, int]:
        answer = bytes.fromhex(TRANSCRIPT.get(command.hex().upper(), "6A83"))
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    document = read_social_card(transmit, TODAY)

    assert (document.number, document.name) == ("15990019900101000X", "测试甲")
    assert (document.sex, document.birth, document.valid_to) == (None, None, None)
    assert document.verification is Verification.READ_UNVERIFIED


def test_the_application_is_selected_by_its_published_name():
    assert SELECT_APPLICATION.hex().upper() == "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"


def test_what_a_ticket_needs_is_read_and_the_cards_own_number_is_not():
    sim = card()

    document = read(sim)

    assert document.kind is DocumentKind.SOCIAL_CARD
    assert (document.number, document.name, document.sex) == (PERSON.number, PERSON.name, PERSON.sex)
    assert (document.ethnic, document.birth) == (PERSON.ethnic, PERSON.birth)
    assert (document.valid_from, document.valid_to) == (PERSON.valid_from, PERSON.valid_to)
    assert document.warnings == ()
    read_tags = {command[2] for command in sim.commands if command[1] == 0xB2}
    assert read_tags == {0x05, 0x06, 0x08, 0x09, 0x4E, 0x0A, 0x0B, 0x0D}


def test_answers_in_two_steps_are_fetched():
    sim = card()
    sim.answers_in_two = True

    assert read(sim).number == PERSON.number

    assert any(command[1] == 0xC0 for command in sim.commands)


def test_a_record_of_another_size_is_asked_for_again_with_the_size_the_card_names():
    sim = card(t09=b"\xb2\xe2\xca\xd4\xd2\xd2")

    assert read(sim).name == "测试乙"

    assert bytes.fromhex("00B2090008") in sim.commands


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("测试𠮷", ""),
        ("测试㛃", ""),
        ("测" * 15, "试" * 3),
        ("测" * 12 + "𠮷", "试试"),
        ("买买提·测试", ""),
    ],
)
def test_rare_and_long_names_come_through_whole(name, more):
    encoded = (name + more).encode("gb18030")

    document = read(card(t09=encoded[:30].ljust(30, b"\0"), t4E=encoded[30:].ljust(20, b" ")))

    assert document.name == name + more


@pytest.mark.parametrize(("value", "sex"), [(b"1", "1"), (b"2", "2"), (b"\x02", "2"), (b"\x07", None), (b"x", None)])
def test_sex_may_be_a_character_or_a_number(value, sex):
    assert read(card(t0A=value)).sex == sex


@pytest.mark.parametrize("tag", ["t05", "t06", "t4E", "t0A", "t0B", "t0D"])
def test_a_missing_record_that_a_ticket_can_do_without_is_no_obstacle(tag):
    assert read(card(**{tag: None})).number == PERSON.number


def test_a_card_without_its_first_file_is_read():
    sim = SocialCardSim(0, {HOLDER_FILE: card_files(PERSON)[HOLDER_FILE]})

    document = read(sim)

    assert (document.number, document.valid_to) == (PERSON.number, None)


@pytest.mark.parametrize("tag", ["t08", "t09"])
def test_a_card_without_number_or_name_is_refused(tag):
    with pytest.raises(SocialCardError, match="cannot be read"):
        read(card(**{tag: None}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"t08": bytes(18)}, "empty"),
        ({"t08": b"\xb2" * 18}, "not ASCII"),
        ({"t09": bytes(30)}, "empty"),
        ({"t09": b"\xb2\xe2\xff" + bytes(27)}, "not GBK"),
    ],
)
def test_nonsense_in_number_or_name_is_refused_without_repeating_it(change, reason):
    with pytest.raises(SocialCardError, match=reason) as caught:
        read(card(**change))

    assert caught.value.__cause__ is None


def test_a_protected_number_says_so_and_a_protected_extra_is_left_out():
    sim = card()
    sim.protected = {0x0D}
    assert read(sim).birth is None

    sim.protected = {0x08}
    with pytest.raises(SocialCardError, match="protected by the card's security module"):
        read(sim)


def test_another_kind_of_card_is_told_apart():
    with pytest.raises(NotASocialCard, match="6A82"):
        read_social_card(lambda _command: (b"", 0x6A82), TODAY)


def test_contradictions_and_expiry_are_warnings():
    other_sex = b"2" if PERSON.sex == "1" else b"1"

    document = read(card(t0A=other_sex, t0D=bytes.fromhex("19010203"), t06=bytes.fromhex("20260301")))

    assert document.warnings == ("sex_differs_from_number", "birth_differs_from_number", "expired")


@pytest.mark.parametrize("value", [bytes(4), b"\xff" * 4, bytes.fromhex("20261301"), b"\x20\x26"])
def test_a_date_that_is_none_is_left_out(value):
    assert read(card(t06=value)).valid_to is None


@pytest.mark.parametrize("status", [0x6105, 0x6C05])
def test_a_card_that_never_finishes_is_given_up(status):
    asked: list[bytes] = []

    def transmit(command: bytes) -> tuple[bytes, int]:
        asked.append(command)
        return b"x", status

    with pytest.raises(CardError, match="never finished"):
        exchange(transmit, b"\x00\xb2\x08\x00\x14")

    assert len(asked) < 20


@pytest.mark.parametrize("seed", range(300))
def test_random_answers_are_a_document_or_a_refusal_and_nothing_else(seed):
    rng = random.Random(seed)
    good = through(card())

    def transmit(command: bytes) -> tuple[bytes, int]:
        data, status = good(command)
        if rng.random() < 0.2:
            data = bytes(rng.randrange(256) for _ in range(rng.randint(0, 40)))
        if rng.random() < 0.1:
            status = rng.randrange(0x10000)
        return data, status

    try:
        document = read_social_card(transmit, TODAY)
    except CardError:
        return
    assert document.number.isalnum()
    assert document.name


@pytest.mark.parametrize("seed", range(50))
def test_invented_residents_come_back_as_they_were(seed):
    person = synthetic_resident(random.Random(seed), TODAY)

    document = read(SocialCardSim(0, card_files(person)))

    assert (document.number, document.name, document.birth) == (person.number, person.name, person.birth)
    assert document.warnings == ()


def test_a_card_that_selects_its_files_in_the_other_way_is_read():
    class Other(SocialCardSim):
        def _say(self, command: bytes) -> bytes:
            if command[:3] == b"\x00\xa4\x00":
                return b"\x6a\x86"  # wrong P1
            return super()._say(b"\x00\xa4\x00" + command[3:] if command[:3] == b"\x00\xa4\x02" else command)

    document = read(Other(0, card_files(PERSON)))

    assert (document.number, document.name) == (PERSON.number, PERSON.name)
