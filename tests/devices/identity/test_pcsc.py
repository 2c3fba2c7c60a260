"""The PC/SC driver through a real pcscd, with cards put into its virtual readers."""

import contextlib
import itertools
import logging
import random
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest

from devices.errors import CardUnreadable, DeviceUnavailable
from devices.identity.pcsc import PcscReader
from devices.identity.private_pcscd import PrivatePcscd, VirtualReader
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from hall.identity import IdentityDocument
from tests.waiting import until

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)
OTHER = synthetic_resident(random.Random(4), TODAY)


@pytest.fixture(scope="module")
def turns() -> Iterator[int]:
    """Tests take the readers in turn: pcscd needs 0.4 s to see that the last test's card is gone."""
    return itertools.cycle(range(6))


@pytest.fixture
def slots(pcscd: PrivatePcscd, turns: Iterator[int]) -> tuple[VirtualReader, VirtualReader]:
    """A reader to use and its neighbour."""
    pcscd.start()  # a test may have left it dead
    turn = next(turns)
    return pcscd.readers[turn], pcscd.readers[(turn + 3) % 6]


@pytest.fixture
def card(slots: tuple[VirtualReader, VirtualReader]) -> Iterator[SocialCardSim]:
    card = SocialCardSim(slots[0].port, card_files(PERSON))
    yield card
    card.remove()


@pytest.fixture
def reader(card: SocialCardSim, slots: tuple[VirtualReader, VirtualReader]) -> Iterator[PcscReader]:
    reader = PcscReader(slots[0].name, today=lambda: TODAY)
    until(lambda: not reader.is_present())  # the card of the test before has been noticed to be out
    yield reader
    reader.close()


def read(reader: PcscReader) -> IdentityDocument:
    document = until(reader.poll)
    assert isinstance(document, IdentityDocument)
    return document


def test_an_empty_reader_gives_nothing(reader):
    assert reader.check() is None
    assert reader.poll() is None
    assert reader.is_present() is False


def test_a_card_is_read_once_while_it_stays_and_again_after_it_was_lifted(reader, card):
    card.insert()
    first = read(reader)

    stays = [reader.poll() for _ in range(5)]
    is_present = reader.is_present()
    card.remove()
    until(lambda: not reader.is_present())
    lifted = reader.poll()
    card.insert()

    assert (first.number, first.name, first.birth) == (PERSON.number, PERSON.name, PERSON.birth)
    assert (stays, is_present, lifted) == ([None] * 5, True, None)
    assert read(reader) == first


def test_a_card_changed_between_two_looks_is_read(reader, card, slots, pcscd):
    card.insert()
    read(reader)
    onlooker = PcscReader(slots[0].name, today=lambda: TODAY)
    card.remove()
    until(lambda: not onlooker.is_present())  # `reader` itself never sees the empty slot
    card.insert()
    until(onlooker.is_present)
    onlooker.close()

    again = reader.poll()

    assert again is not None
    assert again.number == PERSON.number


@pytest.mark.parametrize("lift_after", [0, 5])
def test_a_card_lifted_while_it_is_read_is_unreadable_and_reads_when_laid_again(reader, card, lift_after):
    card.lift_after = lift_after
    card.insert()

    with pytest.raises(CardUnreadable, match="lifted too early"):
        until(reader.poll)

    assert len(card.commands) == lift_after
    card.lift_after = None
    card.insert()  # at once: pcscd may not have noticed that the slot was empty

    def read_at_last() -> IdentityDocument | None:
        with contextlib.suppress(CardUnreadable):
            return reader.poll()
        return None

    assert until(read_at_last).number == PERSON.number


def test_an_unreadable_card_is_tried_again_at_every_look(reader, card):
    card.protected = {0x08}
    card.insert()
    until(reader.is_present)

    for _ in range(3):
        with pytest.raises(CardUnreadable, match="security module"):
            reader.poll()

    card.protected = set()
    assert read(reader).number == PERSON.number


def test_an_unreadable_card_that_was_lifted_gives_nothing(reader, card):
    card.protected = {0x08}
    card.insert()
    with pytest.raises(CardUnreadable):
        until(reader.poll)

    card.remove()
    until(lambda: not reader.is_present())

    assert reader.poll() is None


def test_another_kind_of_card_is_unreadable(reader, slots):
    class BankCard(SocialCardSim):
        def answer(self, command: bytes) -> bytes:
            return b"\x6a\x82"

    stranger = BankCard(slots[0].port, {})
    stranger.insert()

    with pytest.raises(CardUnreadable, match="no social security application"):
        until(reader.poll)

    stranger.remove()


def test_a_card_with_dirty_contacts_is_unreadable(reader, card):
    card.atr = b"\xff\xff"
    card.insert()

    with pytest.raises(CardUnreadable, match="power the card"):
        until(reader.poll)

    assert reader.is_present() is True
    assert card.commands == []


def test_two_readers_are_told_apart(reader, card, slots, pcscd):
    neighbour = PcscReader(slots[1].name, today=lambda: TODAY)
    other = SocialCardSim(slots[1].port, card_files(OTHER))
    card.insert()
    other.insert()

    assert read(reader).number == PERSON.number
    assert read(neighbour).number == OTHER.number

    other.remove()
    neighbour.close()


def test_a_reader_that_is_not_there_is_unavailable_and_named(pcscd):
    pcscd.start()
    reader = PcscReader("No Such Reader", "kiosk card reader", today=lambda: TODAY)

    for call in (reader.poll, reader.is_present, reader.check):
        with pytest.raises(DeviceUnavailable, match="kiosk card reader: pcscd has no reader named 'No Such"):
            call()
    reader.close()


def test_pcscd_killed_and_started_again_is_used_again_without_anybody_reopening(reader, card, slots, pcscd):
    card.insert()
    read(reader)

    pcscd.kill()
    for call in (reader.poll, reader.check, reader.is_present):
        with pytest.raises(DeviceUnavailable):
            call()
    card.remove()
    pcscd.start()

    assert reader.check() is None
    assert reader.poll() is None
    card.insert()
    assert read(reader).number == PERSON.number


def test_pcscd_restarted_between_two_looks_is_not_even_noticed(reader, card, slots, pcscd):
    assert reader.poll() is None

    pcscd.kill()
    pcscd.start()

    assert reader.poll() is None
    card.insert()
    assert read(reader).number == PERSON.number


def test_a_card_that_stayed_over_a_restart_of_pcscd_is_not_given_out_twice(reader, card, slots, pcscd):
    card.insert()
    read(reader)
    commands = len(card.commands)

    pcscd.kill()
    pcscd.start()
    card.insert()  # a real card would have stayed where it was; to pcscd it is the same
    until(reader.is_present)

    assert [reader.poll() for _ in range(3)] == [None] * 3
    assert len(card.commands) > commands  # it was looked at, and recognised


def test_another_card_laid_while_pcscd_was_down_is_read(reader, card, slots, pcscd):
    card.insert()
    read(reader)
    pcscd.kill()
    pcscd.start()
    other = SocialCardSim(slots[0].port, card_files(OTHER))
    other.insert()

    assert read(reader).number == OTHER.number

    other.remove()


def test_pcscd_killed_while_a_card_is_read_is_unavailability_and_the_card_is_read_afterwards(
    reader, card, slots, pcscd
):
    card.delay_s = 0.05
    card.insert()
    until(reader.is_present)
    killer = threading.Thread(target=lambda: (until(lambda: len(card.commands) >= 3), pcscd.kill()))
    killer.start()

    with pytest.raises((DeviceUnavailable, CardUnreadable)):
        reader.poll()
    killer.join()

    pcscd.start()
    card.delay_s = 0
    card.insert()
    assert read(reader).number == PERSON.number


def test_restarts_of_pcscd_leave_no_open_files_behind(reader, pcscd, open_files):
    reader.check()
    before = open_files()

    for _ in range(4):
        pcscd.kill()
        with pytest.raises(DeviceUnavailable):
            reader.check()
        pcscd.start()
        reader.check()

    assert open_files() <= before


def test_closing_twice_is_harmless_and_the_next_call_opens_again(reader, card):
    reader.close()
    reader.close()
    card.insert()

    assert read(reader).number == PERSON.number


def test_a_whole_card_is_read_in_a_quarter_of_a_second(reader, card):
    card.insert()
    until(reader.is_present)
    began = time.monotonic()

    document = reader.poll()

    assert document is not None
    assert time.monotonic() - began < 0.25  # 50 ms for each of 13 commands without TCP_QUICKACK in the simulator


def test_nothing_of_a_person_reaches_log_or_error(reader, card, caplog):
    caplog.set_level(logging.DEBUG)
    card.insert()
    document = read(reader)

    said = caplog.text + repr(document) + repr(reader)

    assert PERSON.number[:14] not in said
    assert PERSON.name not in said


def test_a_simulated_card_without_a_reader_says_so():
    with pytest.raises(DeviceUnavailable, match="no virtual reader"):
        SocialCardSim(1, card_files(PERSON)).insert()
