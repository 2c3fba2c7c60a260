"""What happens at readers: pure, between two looks; and through a real pcscd, with cards of many kinds."""

import itertools
import logging
import random
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from smartcard import scard

from devices.errors import CardUnreadable, DeviceUnavailable, NeedsSecurityModule
from devices.identity.chip_sims import CombinationCardSim, PassportSim, ResidentCardSim, UidCardSim
from devices.identity.pcsc import PcscReader
from devices.identity.pcsc_events import (
    CardInserted,
    CardRemoved,
    PcscWatch,
    ReaderEvent,
    ReaderPlugged,
    ReaderUnplugged,
    events_between,
)
from devices.identity.pcsc_link import SlotState
from devices.identity.private_pcscd import PrivatePcscd, VirtualReader
from devices.identity.samv_sim import SamvCard
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import synthetic_resident
from devices.identity.virtual_card import VirtualCard
from hall.identity import DocumentKind, Verification
from tests.waiting import until

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)
EMPTY, PRESENT = scard.SCARD_STATE_EMPTY, scard.SCARD_STATE_PRESENT


def slots(**readers: tuple[int, int]) -> dict[str, SlotState]:
    """Readers by name: the flags, and the count of changes above them."""
    return {name: SlotState(name, flags | count << 16) for name, (flags, count) in readers.items()}


@pytest.mark.parametrize(
    ("before", "after", "happened"),
    [
        ({}, {}, []),
        ({}, {"a": (EMPTY, 0)}, [ReaderPlugged("a")]),
        ({}, {"a": (PRESENT, 1)}, [ReaderPlugged("a"), CardInserted("a")]),
        ({"a": (EMPTY, 0)}, {}, [ReaderUnplugged("a")]),
        ({"a": (PRESENT, 1)}, {}, [ReaderUnplugged("a")]),  # its card went with it
        ({"a": (EMPTY, 0)}, {"a": (PRESENT, 1)}, [CardInserted("a")]),
        ({"a": (PRESENT, 1)}, {"a": (EMPTY, 2)}, [CardRemoved("a")]),
        ({"a": (PRESENT, 1)}, {"a": (PRESENT, 1)}, []),
        ({"a": (PRESENT, 1)}, {"a": (PRESENT, 3)}, [CardRemoved("a"), CardInserted("a")]),
        ({"a": (EMPTY, 0)}, {"a": (EMPTY, 2)}, []),  # a card came and went: too late to read it
        ({"a": (EMPTY, 0)}, {"b": (EMPTY, 0)}, [ReaderUnplugged("a"), ReaderPlugged("b")]),
        (
            {"a": (PRESENT, 1), "b": (EMPTY, 0)},
            {"a": (EMPTY, 2), "b": (PRESENT, 1)},
            [CardRemoved("a"), CardInserted("b")],
        ),
    ],
)
def test_what_happened_between_two_looks_is_told(before, after, happened):
    assert events_between(slots(**before), slots(**after)) == happened


# ---- through a real pcscd ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def turns() -> Iterator[int]:
    return itertools.cycle(range(6))


@pytest.fixture
def slot(pcscd: PrivatePcscd, turns: Iterator[int]) -> VirtualReader:
    pcscd.start()
    return pcscd.readers[next(turns)]


@pytest.fixture
def reader(slot: VirtualReader) -> Iterator[PcscReader]:
    reader = PcscReader(slot.name, today=lambda: TODAY)
    until(lambda: not reader.is_present())
    yield reader
    reader.close()


@pytest.fixture
def watch(pcscd: PrivatePcscd) -> Iterator[PcscWatch]:
    watch = PcscWatch()
    yield watch
    watch.close()


def happened(watch: PcscWatch, expected: ReaderEvent) -> None:
    heard: list[ReaderEvent] = []
    until(lambda: heard.extend(watch.wait(1.0)) or expected in heard, what=str(expected))


def test_the_first_look_tells_of_every_reader(watch, slot, pcscd):
    plugged = {event.reader for event in watch.wait(0.1) if isinstance(event, ReaderPlugged)}

    assert {reader.name for reader in pcscd.readers} <= plugged
    assert watch.wait(0.05) == []


def test_cards_put_in_and_taken_out_of_several_readers_are_told(watch, slot, pcscd):
    watch.wait(0.1)
    neighbour = pcscd.readers[(pcscd.readers.index(slot) + 2) % 6]
    cards = [UidCardSim(place.port) for place in (slot, neighbour)]

    for card in cards:
        card.insert()
    happened(watch, CardInserted(slot.name))
    cards[0].remove()
    happened(watch, CardRemoved(slot.name))
    cards[1].remove()
    happened(watch, CardRemoved(neighbour.name))


def test_a_watch_outlives_pcscd(watch, slot, pcscd):
    watch.wait(0.1)
    killer = threading.Timer(0.2, pcscd.kill)
    killer.start()

    with pytest.raises(DeviceUnavailable):
        until(lambda: watch.wait(2.0))
    killer.join()
    with pytest.raises(DeviceUnavailable):
        watch.wait(0.1)
    pcscd.start()

    happened(watch, ReaderPlugged(slot.name))


def test_a_reader_waits_for_a_card_and_wakes_when_it_comes(reader, slot):
    assert reader.poll() is None
    card = SocialCardSim(slot.port, card_files(PERSON))
    threading.Timer(0.1, card.insert).start()
    began = time.monotonic()

    reader.wait(5.0)
    document = reader.poll()

    assert document is not None
    assert document.number == PERSON.number
    assert time.monotonic() - began < 2  # pcscd looks every 0.4 s
    card.remove()


def test_waiting_ends_when_nothing_comes_and_at_once_when_something_came_before(reader, slot):
    reader.poll()
    began = time.monotonic()
    reader.wait(0.15)
    assert 0.1 < time.monotonic() - began < 1

    onlooker = PcscReader(slot.name, today=lambda: TODAY)
    card = UidCardSim(slot.port)
    card.insert()
    until(onlooker.is_present)
    onlooker.close()
    began = time.monotonic()
    reader.wait(5.0)

    assert time.monotonic() - began < 1
    card.remove()


def test_a_reader_waiting_when_pcscd_is_killed_wakes_and_is_unavailable(reader, pcscd):
    reader.poll()
    killer = threading.Timer(0.1, pcscd.kill)
    killer.start()

    reader.wait(10.0)

    killer.join()
    with pytest.raises(DeviceUnavailable):
        reader.poll()
    pcscd.start()


@pytest.mark.parametrize("stays", [True, False])
def test_a_card_that_was_read_does_not_end_the_next_wait(reader, slot, stays):
    card = SocialCardSim(slot.port, card_files(PERSON))
    card.insert()
    assert until(reader.poll) is not None
    threading.Timer(0.05, lambda: None if stays else card.remove()).start()
    began = time.monotonic()

    reader.wait(0.3 if stays else 5.0)

    assert (time.monotonic() - began >= 0.25) or not stays
    assert reader.poll() is None
    card.remove()


def test_a_resident_card_says_why_it_cannot_be_read_here(reader, slot):
    card = ResidentCardSim(slot.port)
    card.insert()

    with pytest.raises(NeedsSecurityModule, match="only to a reader with a security module") as caught:
        until(reader.poll)

    assert caught.value.code == "needs_security_module"
    assert [reader.poll() for _ in range(3)] == [None] * 3  # not tried again while it stays
    card.remove()
    until(lambda: not reader.is_present())
    reader.poll()
    card.insert()
    with pytest.raises(NeedsSecurityModule):
        until(reader.poll)
    card.remove()


def test_an_identity_card_is_read_from_a_combination_reader(slot, reader):
    card = CombinationCardSim(slot.port, SamvCard.of(PERSON))
    combination = PcscReader(slot.name, today=lambda: TODAY, combination=True)
    card.insert()

    document = until(combination.poll)

    assert (document.kind, document.number) == (DocumentKind.RESIDENT, PERSON.number)
    assert document.verification is Verification.READ_UNVERIFIED
    assert combination.poll() is None
    card.remove()
    combination.close()


@pytest.mark.parametrize(("refuses", "why"), [(True, "no social security application"), (False, "stays locked")])
def test_a_passport_is_refused_in_words(reader, slot, refuses, why):
    card = PassportSim(slot.port, refuses_select=refuses)
    card.insert()

    with pytest.raises(CardUnreadable, match=why):
        until(reader.poll)

    card.remove()


def test_the_same_card_put_again_has_the_same_mark_and_another_has_not(reader, slot, caplog):
    caplog.set_level(logging.DEBUG)
    marks = []
    for uid in (b"\x04\x01\x02\x03\x04\x05\x06", b"\x04\x01\x02\x03\x04\x05\x06", b"\x04\x0f\x02\x03\x04\x05\x06"):
        card = UidCardSim(slot.port, uid)
        card.insert()
        until(reader.is_present)
        marks.append(reader.card_mark())
        card.remove()
        until(lambda: not reader.is_present())

    first, again, other = marks
    assert first is not None
    assert (len(first), first == again, first == other) == (16, True, False)
    assert reader.card_mark() is None
    assert "04010203" not in caplog.text


def test_a_card_without_a_lasting_number_has_no_mark(reader, slot):
    card = PassportSim(slot.port)
    card.insert()
    until(reader.is_present)

    assert reader.card_mark() is None

    card.remove()


class Babbler(VirtualCard):
    """A card that answers with noise of any length."""

    rng = random.Random(5)

    def _say(self, command: bytes) -> bytes:
        return self.rng.randbytes(self.rng.choice((1, 2, 3, 18, 22, 200)))


def test_a_card_that_talks_nonsense_is_unreadable_and_the_next_one_is_read(reader, slot):
    card = Babbler(slot.port)
    card.insert()
    until(reader.is_present)
    for _ in range(20):
        with pytest.raises(CardUnreadable):
            reader.poll()
    card.remove()
    until(lambda: not reader.is_present())
    good = SocialCardSim(slot.port, card_files(PERSON))
    good.insert()

    assert until(reader.poll).number == PERSON.number

    good.remove()


def test_a_slow_card_is_waited_for(reader, slot):
    card = SocialCardSim(slot.port, card_files(PERSON))
    card.delay_s = 0.1
    card.insert()
    until(reader.is_present)

    document = reader.poll()

    assert document is not None
    assert document.number == PERSON.number
    card.remove()
