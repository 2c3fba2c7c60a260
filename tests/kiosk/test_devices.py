"""The kiosk's devices on their simulators: what reaches the flow, and what never does."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from msgspec import structs
from PIL import Image

from devices.errors import CardUnreadable, DeviceUnavailable
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.printers.papers.ticket import USUAL_HINTS
from devices.printers.sim_ports import TcpPort
from devices.printers.sim_printer import SimPrinter
from hall.identity import DocumentKind, IdentityDocument, Verification, person_hash
from hall.messages import DeviceHealth, DeviceTried, Told, TryDevice
from hall.texts import ENGLISH
from kiosk.adapters.card_watch import ReaderWatch, masked_name, person_of
from kiosk.adapters.devices import KioskDevices
from kiosk.adapters.paper import face_of, printable
from kiosk.flow import events as ev
from kiosk.flow.state import Person
from settings.devices.kiosks import KioskTable
from settings.devices.printers import TcpPrinter
from settings.devices.readers import PcscReader, SamvReader
from tests.kiosk.gallery import PERSON, TICKET, sample_plan
from tests.kiosk.simulated_hall import PERSON as CARD_HOLDER
from tests.waiting import until

DOCUMENT = IdentityDocument(
    kind=DocumentKind.RESIDENT,
    number="15990019900101000X",
    name="测试甲",
    verification=Verification.READ_UNVERIFIED,
)
JOB = ev.PrintTicket(TICKET.ticket_id, TICKET, PERSON.masked_number, "en")


class Site:
    """A kiosk's devices, their simulators, and everything they said."""

    def __init__(self) -> None:
        self.reader, self.printer = SamvSim(), SimPrinter()
        self.port = TcpPort(self.printer)
        self.heard: list[ev.Event] = []
        self.told: list[Told] = []
        table = KioskTable(
            kiosk_id="K01",
            zone="A",
            readers=(SamvReader(kind="sam_v", port=self.reader.port),),
            printer=TcpPrinter(kind="tcp", host="127.0.0.1", port=self.port.port),
        )
        self.devices = KioskDevices(table, self.heard.append, self.told.append, today=lambda: date(2025, 3, 3))
        self.devices.start()

    def wait_for(self, kind: type[ev.Event]) -> Any:
        return until(lambda: [e for e in self.heard if isinstance(e, kind)], what=kind.__name__)[-1]

    def status(self, device_id: str) -> str | None:
        """What was told of a device last."""
        health = (t for t in reversed(self.told) if isinstance(t, DeviceHealth))
        return next((h.status for h in health if h.device_id == device_id), None)

    def trial(self, device_id: str) -> DeviceTried:
        """Press a device's test button and wait for what came of it."""
        self.devices.try_out(TryDevice(device_id=device_id, trial_id="t1"))
        return until(lambda: [t for t in self.told if isinstance(t, DeviceTried)], what="the trial's outcome")[-1]

    def close(self) -> None:
        self.devices.close()
        self.port.close()
        self.printer.close()
        self.reader.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def test_every_device_s_health_is_told_under_its_name(site: Site):
    until(lambda: len(site.told) >= 2)

    assert {(h.device_id, h.kind, h.status) for h in site.told} == {
        ("K01.sam_v", "card_reader", "ok"),
        ("K01.printer", "printer", "ok"),
    }


def test_a_card_reaches_the_flow_masked(site: Site):
    site.reader.lay(SamvCard.of(CARD_HOLDER))

    read = site.wait_for(ev.CardRead)

    assert structs.replace(read.person, age_years=None) == PERSON


def test_a_damaged_card_is_a_failure_and_not_a_fault_of_the_reader(site: Site):
    site.reader.corrupt_checksum_times = 1000
    site.reader.lay(SamvCard.of(CARD_HOLDER))

    site.wait_for(ev.CardFailed)

    assert [h.status for h in site.told if h.device_id == "K01.sam_v"] == ["ok"]


def test_paper_is_asked_and_printed_under_the_ticket_s_id(site: Site):
    site.devices.ask_paper("c1")
    assert site.wait_for(ev.PaperReady) == ev.PaperReady("c1")
    raster = printable(JOB, sample_plan(), ENGLISH, "K01", dots=576)

    site.devices.print_ticket("ticket-1", raster)
    assert site.wait_for(ev.TicketPrinted) == ev.TicketPrinted("ticket-1")
    site.heard.clear()
    site.devices.print_ticket("ticket-1", raster)
    site.wait_for(ev.TicketPrinted)

    assert len(site.printer.tickets) == 1


@pytest.mark.parametrize(
    ("knob", "cause"), [("paper_out", "paper_out"), ("cover_open", "cover_open"), ("cutter_fault", "cutter_fault")]
)
def test_each_trouble_of_the_printer_has_its_cause(site: Site, knob: str, cause: str):
    setattr(site.printer, knob, True)

    site.devices.ask_paper("c1")

    assert site.wait_for(ev.PrinterRefused) == ev.PrinterRefused("c1", cause)


def test_a_printer_that_is_switched_off_is_unavailable_and_comes_back(site: Site):
    until(lambda: site.status("K01.printer") == "ok")
    site.port.gone = True
    site.devices.ask_paper("c1")
    assert site.wait_for(ev.PrinterRefused) == ev.PrinterRefused("c1", "unavailable")

    site.port.gone = False
    until(lambda: site.status("K01.printer") == "ok")
    site.devices.ask_paper("c2")

    assert site.wait_for(ev.PaperReady) == ev.PaperReady("c2")


def test_a_kiosk_without_a_printer_says_so_at_once():
    heard: list[ev.Event] = []
    devices = KioskDevices(
        KioskTable(kiosk_id="K01", zone="A"), heard.append, lambda _health: None, today=lambda: date(2025, 3, 3)
    )

    devices.ask_paper("c1")
    devices.print_ticket("ticket-1", b"")

    assert heard == [ev.PrinterRefused("c1", "unavailable"), ev.PrintFailed("ticket-1", "unavailable")]


# ---- looking for cards ----------------------------------------------------------------------------------------


class SlowReader:
    """A reader whose look takes as long as the test wants."""

    name = "reader"

    def __init__(self, outcome: Callable[[], IdentityDocument | None]) -> None:
        self.is_looking, self.may_end = threading.Event(), threading.Event()
        self._outcome = outcome

    def wait(self, timeout_s: float) -> bool:
        return True

    def poll(self) -> IdentityDocument | None:
        self.is_looking.set()
        assert self.may_end.wait(5)
        return self._outcome()

    def is_present(self) -> bool:
        return False

    def check(self) -> str | None:
        return None

    def close(self) -> None:
        pass


def raising(error: Exception) -> Callable[[], IdentityDocument | None]:
    def outcome() -> IdentityDocument | None:
        raise error

    return outcome


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (lambda: DOCUMENT, [ev.CardNoticed(), ev.CardRead(PERSON)]),
        (lambda: None, [ev.CardNoticed(), ev.CardGone()]),
        (raising(CardUnreadable("reader", "lifted")), [ev.CardNoticed(), ev.CardFailed()]),
        (raising(DeviceUnavailable("reader", "silent")), [ev.CardNoticed(), ev.CardGone()]),
    ],
)
def test_a_look_that_takes_long_is_noticed_once_and_always_ends(outcome: Any, said: list[ev.Event]):
    heard: list[ev.Event] = []
    clock = [0.0]
    watch, reader = ReaderWatch(heard.append, to_person, seconds=lambda: clock[0]), SlowReader(outcome)

    def look() -> None:
        with contextlib.suppress(DeviceUnavailable):
            watch.look(reader)

    looking = threading.Thread(target=look)
    looking.start()
    assert reader.is_looking.wait(5)
    watch.notice()
    assert heard == []
    clock[0] = 1.0
    watch.notice()
    watch.notice()
    reader.may_end.set()
    looking.join(5)
    watch.notice()

    assert heard == said


def test_a_look_that_ends_just_when_it_is_noticed_still_ends():
    heard: list[ev.Event] = []
    reader = SlowReader(lambda: None)
    times = iter([0.0])

    def seconds() -> float:
        """The second to ask is `notice()`: the look ends in the midst of it, if it can."""
        began_s = next(times, None)
        if began_s is not None:
            return began_s
        reader.may_end.set()
        looking.join(0.2)
        return 1.0

    watch = ReaderWatch(heard.append, to_person, seconds=seconds)
    looking = threading.Thread(target=watch.look, args=(reader,))
    looking.start()
    assert reader.is_looking.wait(5)

    watch.notice()
    looking.join(5)

    assert heard == [ev.CardNoticed(), ev.CardGone()]


class LeftDocument:
    """A reader on which a document lies that fails as the test says; None: it was lifted."""

    name = "reader"

    def __init__(self) -> None:
        self.error: Exception | None = None

    def wait(self, timeout_s: float) -> bool:
        return True

    def poll(self) -> IdentityDocument | None:
        if self.error is not None:
            raise self.error
        return None

    def is_present(self) -> bool:
        return self.error is not None

    def check(self) -> str | None:
        return None

    def close(self) -> None:
        pass


def test_a_document_that_stays_and_cannot_be_read_is_told_once_until_the_cause_changes_or_it_was_lifted(caplog):
    caplog.set_level(logging.INFO)
    heard: list[ev.Event] = []
    watch, reader = ReaderWatch(heard.append, to_person), LeftDocument()

    def told_after(error: Exception | None, looks: int) -> int:
        reader.error = error
        for _look in range(looks):
            watch.look(reader)
        assert len(caplog.messages) == len(heard)
        return len(heard)

    assert told_after(CardUnreadable("reader", "protected"), 100) == 1
    assert told_after(CardUnreadable("reader", "damaged"), 100) == 2
    assert told_after(None, 1) == 2
    assert told_after(CardUnreadable("reader", "damaged"), 100) == 3
    assert set(heard) == {ev.CardFailed()}


def test_a_document_that_was_told_to_be_unreadable_is_not_noticed_again_while_it_stays():
    heard: list[ev.Event] = []
    clock = [0.0]
    watch, reader = ReaderWatch(heard.append, to_person, seconds=lambda: clock[0]), LeftDocument()
    reader.error = CardUnreadable("reader", "protected")
    watch.look(reader)
    slow = SlowReader(raising(reader.error))

    looking = threading.Thread(target=watch.look, args=(slow,))
    looking.start()
    assert slow.is_looking.wait(5)
    clock[0] = 1.0
    watch.notice()
    slow.may_end.set()
    looking.join(5)

    assert heard == [ev.CardFailed()]


def to_person(document: IdentityDocument) -> Person:
    return person_of(document, date(2025, 3, 3))


def test_only_masked_data_and_the_age_leave_a_document():
    person = person_of(DOCUMENT, date(2025, 3, 3))

    assert structs.replace(person, age_years=None) == PERSON
    assert "1990" not in repr(person)
    assert "试" not in repr(person)


def test_with_the_hall_s_key_a_person_has_a_name_that_nobody_can_turn_back():
    key = bytes(range(32))

    person = person_of(DOCUMENT, date(2025, 3, 3), key)

    assert person.person == person_hash(key, DOCUMENT.number)
    assert DOCUMENT.number not in repr(person)


@pytest.mark.parametrize(
    ("name", "masked"), [("测试甲", "测**"), ("\U00020bb7测", "\U00020bb7**"), ("Test Name", "T**"), ("", "**")]
)
def test_a_name_keeps_its_first_character(name: str, masked: str):
    assert masked_name(name) == masked


# ---- the paper ------------------------------------------------------------------------------------------------


def test_the_ticket_s_face_shows_the_tail_of_the_number_and_nothing_more():
    face = face_of(JOB, sample_plan(), ENGLISH, "K01")

    assert (face.identity_tail, face.display_number, face.ahead_count) == ("000X", "B023", 5)
    assert face.zone == "Floor 1, Social affairs zone"
    assert face.counters == "Windows 9–20"
    assert face.wait == "8–14 minutes"
    assert "*" not in repr(face)


def test_a_ticket_that_was_drawn_without_the_server_says_that_the_place_is_known_later():
    ticket = structs.replace(TICKET, ahead_count=None, wait_p50_s=None, wait_p90_s=None)

    face = face_of(structs.replace(JOB, ticket=ticket), sample_plan(), ENGLISH, "K01")

    assert (face.ahead_count, face.wait) == (None, None)
    assert face.hints == ("Your place in line will be known later.", *USUAL_HINTS)


def test_a_ticket_without_a_document_or_an_open_window_promises_nothing():
    ticket = structs.replace(TICKET, wait_p50_s=None, wait_p90_s=None)
    face = face_of(structs.replace(JOB, ticket=ticket, masked_number=None), sample_plan(), ENGLISH, "K01")

    assert (face.identity_tail, face.wait) == (None, None)


# ---- test buttons ----------------------------------------------------------------------------------------------------


def test_the_printers_test_button_prints_a_slip_that_shows_every_dot(site):
    until(lambda: site.status("K01.printer") == "ok")

    tried = site.trial("K01.printer")

    assert tried == DeviceTried(device_id="K01.printer", trial_id="t1", passed=True)
    slip = until(lambda: site.printer.tickets)[0]
    columns = slip.convert("L").resize((slip.width, 1), Image.Resampling.BOX).tobytes()
    assert slip.width == 576
    assert max(columns) < 255  # every dot of the head has printed somewhere


def test_a_test_button_tells_why_it_failed(site):
    until(lambda: site.status("K01.printer") == "ok")
    site.printer.paper_out = True

    tried = site.trial("K01.printer")

    assert (tried.passed, tried.cause) == (False, "paper_out")
    assert site.printer.tickets == []


def test_a_reader_is_asked_how_it_is_and_for_no_card(site):
    until(lambda: site.status("K01.sam_v") == "ok")

    assert site.trial("K01.sam_v").passed


def test_a_device_that_is_not_there_fails_its_trial_soon(site):
    until(lambda: site.status("K01.printer") == "ok")
    site.port.gone = True
    until(lambda: site.status("K01.printer") == "offline")

    assert site.trial("K01.printer").cause == "unavailable"


def test_another_kiosks_device_is_not_ours_to_try(site):
    site.devices.try_out(TryDevice(device_id="K02.printer", trial_id="t1"))

    assert site.trial("K01.sam_v").device_id == "K01.sam_v"
    assert [t.device_id for t in site.told if isinstance(t, DeviceTried)] == ["K01.sam_v"]


def test_two_readers_of_a_kind_have_names_of_their_own():
    table = KioskTable(
        kiosk_id="K01",
        zone="A",
        readers=tuple(PcscReader(kind="pcsc", reader=name) for name in ("A", "B")),
    )

    assert table.reader_names == ("K01.pcsc", "K01.pcsc2")
