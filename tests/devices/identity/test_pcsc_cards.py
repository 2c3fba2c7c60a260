"""Which card it is, without any reader: social security, combination reader, passport, bus pass, resident card."""

import random
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from devices.identity.apdu import CardError, Transmit
from devices.identity.chip_sims import (
    CHIP_NUMBER,
    MODULE_ATR,
    UID,
    CombinationCardSim,
    PassportSim,
    ResidentCardSim,
    UidCardSim,
    atr_of,
)
from devices.identity.pcsc_cards import NeedsModule, comes_from_module, read_card, read_combination, read_uid
from devices.identity.samv_sim import SamvCard
from devices.identity.social_card import NotASocialCard, read_social_card
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from devices.identity.virtual_card import ATR, VirtualCard
from hall.identity import DocumentKind, IdentityDocument, Verification
from tests.devices.fuzzing import Target, fuzz
from tests.devices.identity.test_text_block import FIELDS, block

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)
RESIDENT = SamvCard.of(PERSON)


def through(card: VirtualCard) -> Transmit:
    def transmit(command: bytes) -> tuple[bytes, int]:
        answer = card.answer(command)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return transmit


def read(card: VirtualCard, *, combination: bool = False) -> IdentityDocument:
    return read_card(through(card), card.atr, TODAY, combination=combination)


def test_the_atr_s_mark_stands_where_the_source_says():
    assert MODULE_ATR.hex()[26:30] == "9000"
    assert comes_from_module(MODULE_ATR) is True
    for atr in (ATR, b"", b"\x90\x00", atr_of(b"HALLQ SIM\x00\x90\x00\x00\x00"), atr_of(b"\x90" * 15)):
        assert comes_from_module(atr) is False


@pytest.mark.parametrize("kind", FIELDS)
def test_every_layout_is_read_from_a_combination_reader(kind):
    sim = CombinationCardSim(0, SamvCard(kind, FIELDS[kind]))

    document = read(sim, combination=True)

    assert (document.kind, document.number) == (kind, FIELDS[kind]["number"])
    assert document.verification is Verification.READ_UNVERIFIED
    assert sim.commands == [bytes.fromhex("FFB0000000")]  # not one piece of the photo


def test_a_reader_that_is_no_combination_reader_is_never_asked_as_one():
    sim = CombinationCardSim(0, RESIDENT)

    with pytest.raises(CardError):
        read(sim, combination=False)

    assert not [command for command in sim.commands if command[:2] == b"\xff\xb0"]


def test_a_social_security_card_is_read_in_a_combination_reader_too():
    document = read(SocialCardSim(0, card_files(PERSON)), combination=True)

    assert (document.kind, document.number) == (DocumentKind.SOCIAL_CARD, PERSON.number)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"\x6a\x82", "status 6A82, 0 bytes"),
        (bytes(4) + block()[:-1] + b"\x90\x00", "259 bytes"),
        (bytes(4) + bytes(256) + b"\x90\x00", "'number' is empty"),
        (b"\x90\x00", "0 bytes"),
    ],
)
def test_a_combination_reader_that_gives_no_text_is_told(answer, why):
    with pytest.raises(CardError, match=why):
        read_combination(lambda _command: (answer[:-2], int.from_bytes(answer[-2:], "big")), TODAY)


def test_a_resident_card_without_a_security_module_says_why_it_cannot_be_read():
    sim = ResidentCardSim(0)

    with pytest.raises(NeedsModule, match="only to a reader with a security module") as caught:
        read(sim)

    assert CHIP_NUMBER.hex() not in str(caught.value)
    assert sim.commands[-1] == bytes.fromhex("0036000008")


def test_a_passport_s_chip_stays_locked():
    with pytest.raises(CardError, match="passport's chip stays locked"):
        read(PassportSim(0))


@pytest.mark.parametrize("card", [PassportSim(0, refuses_select=True), UidCardSim(0)])
def test_a_card_that_nobody_knows_has_no_application(card):
    with pytest.raises(NotASocialCard, match="6A82"):
        read(card)


def test_the_uid_is_read_and_a_random_one_is_none():
    assert read_uid(through(UidCardSim(0))) == UID
    assert read_uid(through(PassportSim(0))) is None  # 08 at the front: made up anew each time
    assert read_uid(through(ResidentCardSim(0))) is None
    assert read_uid(through(SocialCardSim(0, card_files(PERSON)))) is None
    assert read_uid(through(UidCardSim(0, b""))) is None


def answering(stream: bytes) -> Transmit:
    """A card that answers with what comes next on the stream: a length, and so many bytes, the last two its status."""
    rest = bytearray(stream)

    def transmit(_command: bytes) -> tuple[bytes, int]:
        size = rest.pop(0) if rest else 0
        answer = bytes(rest[:size])
        del rest[:size]
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return transmit


def test_no_damaged_answers_of_a_social_security_card_raise_anything_but_its_own_errors():
    read_whole = 0

    def read(pieces: Sequence[bytes]) -> Iterator[object]:
        nonlocal read_whole
        yield read_social_card(answering(b"".join(pieces)), TODAY)
        read_whole += 1

    fuzz(Target("social_card", read, may_raise=(CardError,)))

    assert read_whole > 2_000


def test_no_damaged_text_of_a_combination_reader_raises_anything_but_its_own_errors():
    read_whole = 0

    def read(pieces: Sequence[bytes]) -> Iterator[object]:
        nonlocal read_whole
        answer = b"".join(pieces)
        yield read_combination(lambda _command: (answer[:-2], int.from_bytes(answer[-2:], "big")), TODAY)
        read_whole += 1

    fuzz(Target("combination", read, may_raise=(CardError,)))

    assert read_whole > 2_000
