"""What every `IdentityReader` promises, whatever it speaks: the same sentences for each kind, on its own wire."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date

import pytest

from devices.errors import CardUnreadable, DeviceUnavailable
from devices.identity.chip_sims import CombinationCardSim
from devices.identity.private_pcscd import PrivatePcscd
from devices.identity.samv_frames import PREAMBLES
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import SyntheticPerson, synthetic_resident
from devices.identity.virtual_card import VirtualCard
from devices.opening.readers import open_reader
from devices.ports import IdentityReader
from devices.supervisor import DeviceWorker
from hall.identity import IdentityDocument
from hall.messages import DeviceHealth
from settings.devices import readers as tables
from tests.waiting import until

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(3), TODAY)
OTHER = synthetic_resident(random.Random(4), TODAY)
KINDS = ("samv", "samv_other_header", "pcsc", "combination")


@dataclass
class Desk:
    """A reader as the site file describes it, and hands that lay and lift."""

    table: tables.Reader
    lay: Callable[[SyntheticPerson], None]
    lift: Callable[[], None]
    unplug: Callable[[], None]

    def open(self) -> IdentityReader:
        return open_reader(self.table, "K01.reader", lambda: TODAY)


def samv_desk(opened: ExitStack, header: str) -> Desk:
    sim = opened.enter_context(SamvSim(preamble=PREAMBLES[header]))
    table = tables.SamvReader.model_validate({"kind": "sam_v", "port": sim.port, "header": header})
    return Desk(table, lambda person: sim.lay(SamvCard.of(person)), sim.lift, sim.unplug)


def pcsc_desk(opened: ExitStack, pcscd: PrivatePcscd, *, combination: bool) -> Desk:
    pcscd.start()
    opened.callback(pcscd.start)
    slot, laid = pcscd.readers[5 if combination else 4], list[VirtualCard]()

    def lift() -> None:
        while laid:
            laid.pop().remove()
        time.sleep(0.45)  # pcscd looks every 0.4 s: a hand is never faster, a test would be

    def lay(person: SyntheticPerson) -> None:
        if laid:
            lift()
        make = CombinationCardSim(slot.port, SamvCard.of(person)) if combination else None
        laid.append(make or SocialCardSim(slot.port, card_files(person)))
        laid[-1].insert()

    opened.callback(lift)
    lift()
    return Desk(tables.PcscReader(kind="pcsc", reader=slot.name, combination=combination), lay, lift, pcscd.kill)


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as opened:
        match request.param:
            case "samv":
                yield samv_desk(opened, "aa")
            case "samv_other_header":
                yield samv_desk(opened, "ea")
            case kind:
                yield pcsc_desk(opened, request.getfixturevalue("pcscd"), combination=kind == "combination")


@pytest.fixture
def reader(desk: Desk) -> Iterator[IdentityReader]:
    reader = desk.open()
    yield reader
    reader.close()


def read(reader: IdentityReader) -> IdentityDocument:
    def look() -> IdentityDocument | None:
        if reader.wait(0.1):
            with suppress(CardUnreadable):  # a card that is just being put in
                return reader.poll()
        return None

    return until(look)


def test_an_empty_reader_is_well_and_gives_nothing(reader):
    assert reader.check() is None
    assert reader.poll() is None
    assert reader.is_present() is False


def test_a_card_is_given_once_while_it_lies_there(reader, desk):
    desk.lay(PERSON)

    document = read(reader)

    assert (document.number, document.name, document.birth) == (PERSON.number, PERSON.name, PERSON.birth)
    assert [reader.poll() for _ in range(3)] == [None] * 3


def test_the_same_card_laid_again_is_given_again(reader, desk):
    desk.lay(PERSON)
    first = read(reader)
    desk.lift()
    assert reader.poll() is None
    desk.lay(PERSON)

    assert read(reader) == first


def test_the_next_visitor_s_card_is_another(reader, desk):
    desk.lay(PERSON)
    read(reader)
    desk.lift()
    reader.poll()
    desk.lay(OTHER)

    assert read(reader).number == OTHER.number


def test_waiting_never_lasts_longer_than_it_may(reader):
    reader.poll()
    began = time.monotonic()

    for _ in range(3):
        reader.wait(0.1)

    assert time.monotonic() - began < 1.0


def test_a_reader_that_is_pulled_out_is_unavailable_at_every_question(reader, desk):
    reader.check()
    desk.unplug()

    for call in (reader.poll, reader.is_present, reader.check):
        with pytest.raises(DeviceUnavailable, match=r"K01\.reader"):
            call()


def test_closing_twice_is_harmless(desk):
    reader = desk.open()

    reader.close()
    reader.close()


def test_nothing_of_a_person_is_logged_or_shown(reader, desk, caplog):
    caplog.set_level(logging.DEBUG)
    desk.lay(PERSON)

    said = f"{read(reader)!r} {reader!r} {caplog.text}"

    assert PERSON.number[:14] not in said
    assert PERSON.name not in said


def test_a_worker_that_waits_gives_every_card_and_ends_at_once(desk):
    """As a kiosk uses it: wait, then look, in a thread of its own, without any other pause."""
    found: list[IdentityDocument] = []
    told: list[DeviceHealth] = []

    def look(reader: IdentityReader) -> None:
        if not reader.wait(0.25):
            return
        with suppress(CardUnreadable):
            if document := reader.poll():
                found.append(document)

    worker: DeviceWorker[IdentityReader] = DeviceWorker(
        "K01.reader", "card_reader", desk.open, told.append, poll=look, poll_every_s=0.0
    )
    worker.start()
    until(lambda: told)
    for person in (PERSON, OTHER):
        desk.lay(person)
        until(lambda person=person: found and found[-1].number == person.number)
        desk.lift()
    threads = threading.active_count()
    began = time.monotonic()
    worker.close()

    assert [health.status for health in told] == ["ok"]
    assert len(found) == 2
    assert time.monotonic() - began < 1.0
    assert threading.active_count() < threads
