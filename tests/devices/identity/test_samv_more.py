"""What SAM_V readers are asked besides finding and reading a card: addresses, chips, line speeds, and their faults."""

import itertools
import logging
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from devices.errors import CardUnreadable, DeviceError, DeviceUnavailable, NoReply, ProtocolError, ReaderFault
from devices.identity.samv_baud import change_baud, find_baud
from devices.identity.samv_frames import PREAMBLES, SET_BAUD, Command, ResponseDecoder, encode_frame
from devices.identity.samv_reader import SamvReader
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.synthetic import synthetic_resident
from devices.opening.readers import open_reader
from devices.wire import SerialWire
from hall.identity import DocumentKind, IdentityDocument
from settings.devices.readers import SamvReader as SamvTable
from tests.devices.identity.test_text_block import FIELDS
from tests.waiting import until

TODAY = date(2026, 3, 2)
CARD = SamvCard.of(synthetic_resident(random.Random(7), TODAY))
OTHER = replace(SamvCard.of(synthetic_resident(random.Random(8), TODAY)), chip_number=bytes(range(16)))
MOVED = replace(CARD, newest_address="测试市新样例区虚构路9号")
NEWEST_ADDRESS, CHIP_NUMBER = b"\x30\x03", b"\x30\x05"


def opened(sim: SamvSim, *, baud: int = 115200, **options: object) -> SamvReader:
    wire = SerialWire(sim.port, baud=baud, timeout_s=0.05, name="card reader")
    return SamvReader(wire, today=lambda: TODAY, answer_s=0.3, read_s=0.6, **options)  # type: ignore[arg-type]


def asked(sim: SamvSim) -> list[bytes]:
    return [request.command for request in sim.requests]


@pytest.fixture
def with_address(sim: SamvSim) -> Iterator[SamvReader]:
    reader = opened(sim, read_address=True)
    yield reader
    reader.close()


# ---- the address ----------------------------------------------------------------------------------------------------


def test_the_newest_address_is_read_where_the_site_asks_for_it(with_address, sim):
    sim.lay(MOVED)

    document = with_address.poll()

    assert document is not None
    assert (document.address, document.warnings) == ("测试市新样例区虚构路9号", ())
    assert asked(sim)[-1] == NEWEST_ADDRESS


def test_a_card_without_a_newer_address_gives_the_one_it_was_made_with(with_address, sim):
    sim.lay(CARD)

    document = with_address.poll()

    assert document is not None
    assert (document.address, document.warnings) == (CARD.fields["address"], ())


def test_an_address_is_asked_of_nobody_unless_the_site_says_so(reader, sim):
    sim.lay(MOVED)

    document = reader.poll()

    assert document is not None
    assert document.address is None
    assert NEWEST_ADDRESS not in asked(sim)


def test_the_site_file_s_table_says_whether_the_address_is_read(sim):
    for asks in (True, False):
        table = SamvTable(kind="sam_v", port=sim.port, read_address=asks)
        reader = open_reader(table, "K01.sam_v", lambda: TODAY)
        sim.lay(MOVED)

        document = reader.poll()

        assert document is not None
        assert (document.address is not None) is asks
        reader.close()


@pytest.mark.parametrize("kind", [DocumentKind.FOREIGNER_2017, DocumentKind.FOREIGNER_2023])
def test_a_document_without_an_address_is_not_asked_for_one(with_address, sim, kind):
    sim.lay(SamvCard(kind, FIELDS[kind]))

    document = with_address.poll()

    assert document is not None
    assert (document.kind, document.address) == (kind, None)
    assert NEWEST_ADDRESS not in asked(sim)


@pytest.mark.parametrize("sw3", [0x21, 0x33, 0x41, 0x60, 0x80])
def test_an_address_that_cannot_be_read_is_a_warning_and_loses_no_document(with_address, sim, sw3):
    sim.forced[Command.READ_NEWEST_ADDRESS] = sw3
    sim.lay(MOVED)

    document = with_address.poll()

    assert document is not None
    assert document.number == CARD.fields["number"]
    assert (document.address, document.warnings) == (CARD.fields["address"], ("newest_address_unread",))


def test_a_reader_unplugged_while_it_reads_the_address_has_given_the_document(with_address, sim):
    sim.lay(MOVED)
    sim.trouble_at = Command.READ_NEWEST_ADDRESS
    sim.unplug(after_bytes=20)

    document = with_address.poll()

    assert document is not None
    assert document.warnings == ("newest_address_unread",)
    with pytest.raises(DeviceUnavailable):
        with_address.poll()


# ---- what is never asked, and what leaves the reader marked only ----------------------------------------------------


def test_nothing_that_the_driver_offers_asks_for_a_fingerprint(sim):
    reader = opened(sim, read_address=True)
    sim.lay(MOVED)

    for call in (reader.poll, reader.is_present, reader.reset, reader.check, reader.sam_id, reader.chip_mark):
        call()
    reader.set_baud(115200)
    reader.close()

    assert not [command for command in asked(sim) if command in (b"\x30\x10", b"\x30\x11")]
    assert {Command(command) for command in asked(sim)} <= set(Command)


def test_a_reader_asked_for_a_fingerprint_by_hand_would_give_it(sim):
    """The simulator can answer, so that the test before proves something."""
    wire = SerialWire(sim.port, timeout_s=0.1)
    sim.lay(CARD)
    answers = []
    for body in (b"\x20\x01", b"\x20\x02", b"\x30\x10"):
        wire.write(encode_frame(body))
        decoder, found = ResponseDecoder(), []
        while not found:
            found = list(decoder.responses(wire.read(4096)))
        answers += found
    wire.close()

    assert len(answers[2].data) == 6 + 256 + 1024


def test_the_same_chip_is_known_again_and_another_is_told_from_it(reader, sim):
    sim.lay(CARD)
    first = reader.chip_mark()
    sim.lay(CARD)
    again = reader.chip_mark()
    sim.lay(OTHER)
    other = reader.chip_mark()
    sim.lift()

    assert first is not None
    assert (first == again, first == other, reader.chip_mark()) == (True, False, None)
    assert CARD.chip_number not in first


def test_a_chip_s_mark_means_nothing_to_another_reader(reader, sim):
    with SamvSim() as elsewhere:
        stranger = opened(elsewhere)
        sim.lay(CARD)
        elsewhere.lay(CARD)

        assert stranger.chip_mark() != reader.chip_mark()

        stranger.close()


def test_a_reader_that_does_not_know_the_command_has_no_marks(reader, sim):
    sim.knows_chip_number = False
    sim.lay(CARD)

    assert reader.chip_mark() is None
    assert reader.poll() is not None


def test_a_chip_s_number_reaches_no_log(reader, sim, caplog):
    caplog.set_level(logging.DEBUG)
    sim.lay(CARD)

    reader.chip_mark()

    assert "CHIP_NUMBER" in caplog.text
    assert CARD.chip_number.hex()[:8] not in caplog.text


# ---- the other header, and the pause --------------------------------------------------------------------------------


def test_a_reader_of_the_other_family_is_driven_the_same():
    with SamvSim(preamble=PREAMBLES["ea"]) as sim:
        reader = opened(sim, preamble=PREAMBLES["ea"], read_address=True)
        sim.lay(MOVED)

        document = reader.poll()

        assert document is not None
        assert (document.number, document.address) == (CARD.fields["number"], MOVED.newest_address)
        reader.close()


def test_a_reader_of_the_other_family_is_silent_to_the_usual_header():
    with SamvSim(preamble=PREAMBLES["ea"]) as sim:
        reader = opened(sim)

        with pytest.raises(DeviceUnavailable, match="no answer to FIND"):
            reader.poll()
        reader.close()


def test_the_module_is_left_alone_for_as_long_as_it_asks_counted_from_the_question(sim):
    now, slept = [10.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    reader = opened(sim, monotonic=lambda: now[0], sleep=sleep, pause_s=0.3)
    assert reader.wait(1.0) is True  # it was never asked
    assert slept == []

    reader.poll()
    now[0] += 0.1
    assert reader.wait(1.0) is True
    reader.poll()
    now[0] += 0.4
    assert reader.wait(1.0) is True
    reader.poll()
    assert [reader.wait(0.125), reader.wait(0.125), reader.wait(0.125)] == [False, False, True]
    reader.close()

    assert slept == [0.2, 0.125, 0.125, 0.05]


def test_a_module_never_hears_two_looks_sooner_than_it_asks(sim):
    reader = opened(sim)
    for _ in range(12):
        if reader.wait(0.11):
            reader.poll()
    reader.close()

    heard = [at for at, request in zip(sim.heard_s, sim.requests, strict=True) if request.command == b"\x20\x01"]
    assert len(heard) >= 3
    assert min(later - earlier for earlier, later in itertools.pairwise(heard)) > 0.25  # 0.3, and jitter


# ---- line speeds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("baud", SET_BAUD)
def test_a_reader_is_found_at_the_speed_it_talks_at(sim, baud):
    sim.baud = baud

    assert find_baud(lambda speed: SerialWire(sim.port, baud=speed, timeout_s=0.02), "reader", answer_s=0.1) == baud


def test_a_reader_is_set_to_another_speed_and_deaf_to_the_old_one(sim):
    sim.baud = 9600

    before = change_baud(lambda speed: SerialWire(sim.port, baud=speed, timeout_s=0.02), "reader", 57600, answer_s=0.1)

    assert (before, sim.baud) == (9600, 57600)
    for speed, answers in ((57600, True), (9600, False)):
        reader = opened(sim, baud=speed)
        if answers:
            assert reader.check() is None
        else:
            with pytest.raises(DeviceUnavailable):
                reader.check()
        reader.close()


def test_a_driver_sets_the_speed_of_its_own_reader(reader, sim):
    reader.set_baud(38400)

    assert sim.baud == 38400
    with pytest.raises(DeviceUnavailable):
        reader.check()  # the port is still open at the old speed
    with pytest.raises(KeyError):
        reader.set_baud(1200)


def test_a_reader_that_is_silent_at_every_speed_is_unavailable(sim, open_files):
    sim.silent, before = True, open_files()

    with pytest.raises(DeviceUnavailable, match="no answer at any of 115200, 57600, 38400, 19200, 9600 baud"):
        find_baud(lambda speed: SerialWire(sim.port, baud=speed, timeout_s=0.02), "reader", answer_s=0.05)

    assert open_files() == before


def test_a_reader_that_refuses_a_speed_is_told(sim):
    sim.forced[Command.SET_BAUD_57600] = 0x24

    with pytest.raises(DeviceUnavailable, match=r"does not change to 57600 baud: .* operation"):
        change_baud(lambda speed: SerialWire(sim.port, baud=speed, timeout_s=0.02), "reader", 57600, answer_s=0.1)


# ---- faults over a real pseudo-terminal -----------------------------------------------------------------------------


def test_a_reader_that_is_absent_at_first_is_opened_once_it_is_there(tmp_path):
    link = tmp_path / "reader"
    with pytest.raises(DeviceUnavailable, match="cannot open"):
        SerialWire(str(link))

    with SamvSim(link=link) as sim:
        reader = opened(sim)
        sim.lay(CARD)
        assert reader.poll() is not None
        reader.close()
    assert not link.is_symlink()


@pytest.mark.parametrize("after_bytes", [0, 6, 20, 900])
def test_a_reader_pulled_out_in_the_middle_is_used_again_once_it_is_back(tmp_path, after_bytes):
    link = tmp_path / "reader"
    with SamvSim(link=link) as sim:
        reader = opened(sim)
        sim.lay(CARD)
        sim.unplug(after_bytes)
        with pytest.raises(DeviceUnavailable):
            reader.poll()
        reader.close()
        until(lambda: not link.is_symlink())

        sim.plug()
        reader = opened(sim)

        document = reader.poll()
        assert document is not None
        assert document.number == CARD.fields["number"]
        reader.close()


def test_a_reader_pulled_out_during_a_slow_read_is_noticed_at_once(tmp_path):
    with SamvSim(link=tmp_path / "reader") as sim:
        reader = opened(sim)
        sim.read_delay_s = 30
        sim.lay(CARD)
        threading.Timer(0.1, sim.unplug).start()

        with pytest.raises(DeviceUnavailable):
            reader.poll()
        reader.close()


@pytest.mark.parametrize("size", [1, 4, 5, 6, 7, 8, 10, 14])
def test_half_a_frame_is_asked_for_again(reader, sim, size):
    sim.lay(CARD)
    sim.stall_after_bytes = size  # of the 15 bytes that say "found"

    assert reader.poll() is not None

    assert asked(sim)[:2] == [b"\x20\x01"] * 2


@pytest.mark.parametrize("size", [16, 300, 1294])
def test_half_a_card_is_asked_for_again(reader, sim, size):
    sim.lay(CARD)
    sim.trouble_at, sim.stall_after_bytes = Command.READ_BASE, size

    assert reader.poll() is not None

    assert asked(sim)[-2:] == [b"\x30\x01"] * 2


def test_a_reader_that_talks_nonsense_is_a_protocol_error_and_then_read_again(reader, sim):
    sim.nonsense = True
    sim.lay(CARD)

    with pytest.raises(ProtocolError, match="FIND in two tries"):
        reader.poll()

    sim.nonsense = False
    assert reader.poll() is not None


def test_every_trouble_is_one_of_three_decisions(reader, sim):
    sim.lay(CARD)
    troubles: list[type[DeviceError]] = []
    for knob, value in (("silent", True), ("nonsense", True), ("self_test_failed", True)):
        setattr(sim, knob, value)
        with pytest.raises(DeviceError) as caught:
            reader.poll()
        troubles.append(caught.type)
        setattr(sim, knob, False)

    assert troubles == [NoReply, ProtocolError, ReaderFault]


def test_a_card_lifted_while_it_is_read_is_the_visitor_s_to_mend(reader, sim):
    sim.lift_while_reading = True
    sim.lay(CARD)
    with pytest.raises(CardUnreadable):
        reader.poll()

    sim.lay(CARD)

    assert isinstance(reader.poll(), IdentityDocument)
