"""The SAM_V driver against the simulator on the two ends of a pseudo-terminal."""

import logging
import random
import threading
import time
from datetime import date

import pytest

from devices.errors import CardUnreadable, DeviceUnavailable, ProtocolError, ReaderFault
from devices.identity.samv_frames import Command
from devices.identity.samv_reader import SamvReader
from devices.identity.samv_sim import SamvCard, SamvSim
from devices.identity.synthetic import synthetic_resident
from devices.wire import SerialWire
from hall.identity import DocumentKind, Verification

TODAY = date(2026, 3, 2)
PERSON = synthetic_resident(random.Random(7), TODAY)
CARD = SamvCard.of(PERSON)
OTHER = SamvCard.of(synthetic_resident(random.Random(8), TODAY))
CARD_STATUS = {0x31, 0x32, 0x33, 0x40, 0x41, 0x47, 0x91}


def asked(sim) -> list[bytes]:
    return [request.command for request in sim.requests]


def test_an_empty_reader_gives_nothing(reader, sim):
    assert reader.poll() is None

    assert asked(sim) == [b"\x20\x01"]


def test_a_card_is_found_selected_and_read_whole(reader, sim):
    sim.lay(CARD)

    document = reader.poll()

    assert document is not None
    assert (document.number, document.name, document.sex) == (PERSON.number, PERSON.name, PERSON.sex)
    assert (document.kind, document.verification) == (DocumentKind.RESIDENT, Verification.SAM_VERIFIED)
    assert asked(sim) == [b"\x20\x01", b"\x20\x02", b"\x30\x01"]  # no fingerprint, no newest address
    assert document.address is None


def test_a_card_that_stays_is_read_once_and_again_after_it_was_lifted(reader, sim):
    sim.lay(CARD)
    first = reader.poll()

    stays = [reader.poll() for _ in range(3)]
    sim.lift()
    lifted = reader.poll()
    sim.lay(CARD)

    assert stays == [None, None, None]
    assert lifted is None
    assert reader.poll() == first
    assert asked(sim).count(b"\x30\x01") == 2


def test_a_card_that_was_read_is_no_longer_seen_and_one_that_was_not_is(reader, sim):
    assert reader.is_present() is False
    sim.lay(CARD)
    assert reader.is_present() is True

    reader.poll()

    assert reader.is_present() is False


def test_a_card_whose_answer_was_lost_with_the_port_is_found_again_after_a_reset(reader, sim):
    sim.lay(CARD)
    reader.poll()  # as the reader sees it: read, and not to be found before it is lifted
    assert reader.poll() is None

    reader.reset()

    document = reader.poll()
    assert document is not None
    assert document.number == PERSON.number


def test_the_next_visitors_card_is_read(reader, sim):
    sim.lay(CARD)
    reader.poll()
    sim.lay(OTHER)

    document = reader.poll()

    assert document is not None
    assert document.number == OTHER.fields["number"]


@pytest.mark.parametrize("piece_size", [1, 2, 7, 64, 1000])
def test_an_answer_may_arrive_in_pieces(reader, sim, piece_size):
    sim.piece_size = piece_size
    sim.lay(CARD)

    document = reader.poll()

    assert document is not None
    assert document.number == PERSON.number


def test_noise_before_every_answer_does_no_harm(reader, sim):
    sim.noise = b"\x00\xff\xaa\xaa\x96\xaa"
    sim.lay(CARD)

    document = reader.poll()

    assert document is not None
    assert document.number == PERSON.number


def test_a_slow_read_is_waited_for(open_reader, sim):
    sim.read_delay_s = 0.5
    sim.lay(CARD)

    assert open_reader(answer_s=0.2, read_s=1.5).poll() is not None


def test_an_answer_that_was_damaged_once_is_asked_for_again(reader, sim):
    sim.corrupt_checksum_times = 1
    sim.lay(CARD)

    document = reader.poll()

    assert document is not None
    assert document.number == PERSON.number
    assert asked(sim) == [b"\x20\x01", b"\x20\x02", b"\x30\x01", b"\x30\x01"]


def test_an_answer_that_is_damaged_twice_is_never_accepted(reader, sim):
    sim.corrupt_checksum_times = 2
    sim.lay(CARD)

    with pytest.raises(CardUnreadable, match="READ_BASE in two tries: wrong checksum"):
        reader.poll()

    sim.lift()
    sim.lay(CARD)
    assert reader.poll() is not None  # as the message on the screen says


def test_a_module_that_gives_its_data_once_only_asks_for_the_card_again(reader, sim):
    sim.corrupt_checksum_times, sim.forgets_after_read = 1, True
    sim.lay(CARD)

    with pytest.raises(CardUnreadable, match="reading the card failed"):
        reader.poll()


def test_damage_on_the_way_of_a_short_answer_is_a_protocol_error(reader, sim):
    sim.damage_only_reads, sim.corrupt_checksum_times = False, 2

    with pytest.raises(ProtocolError, match="FIND in two tries"):
        reader.poll()

    assert reader.poll() is None


@pytest.mark.parametrize("sw3", sorted(CARD_STATUS))
def test_card_errors_ask_for_the_card_again(reader, sim, sw3):
    sim.forced[Command.READ_BASE] = sw3
    sim.lay(CARD)

    with pytest.raises(CardUnreadable):
        reader.poll()


@pytest.mark.parametrize("sw3", [0x80, 0x81])
def test_a_card_that_is_gone_when_it_should_be_read_was_lifted_too_early(reader, sim, sw3):
    sim.forced[Command.READ_BASE] = sw3
    sim.lay(CARD)

    with pytest.raises(CardUnreadable, match="lifted too early"):
        reader.poll()


def test_a_card_that_cannot_be_selected_is_no_card_yet(reader, sim):
    sim.forced[Command.SELECT] = 0x81
    sim.lay(CARD)

    assert reader.poll() is None

    assert b"\x30\x01" not in asked(sim)


def test_a_card_lifted_while_it_is_read_is_unreadable_and_the_next_one_is_read(open_reader, sim):
    reader = open_reader(read_s=2)
    sim.read_delay_s = 0.3
    sim.lay(CARD)
    lifter = threading.Timer(0.15, sim.lift)
    lifter.start()

    with pytest.raises(CardUnreadable, match="reading the card failed"):
        reader.poll()

    lifter.join()
    sim.lay(CARD)
    assert reader.poll() is not None


@pytest.mark.parametrize("sw3", [0x60, 0x66])
@pytest.mark.parametrize("command", [Command.FIND, Command.SELECT, Command.READ_BASE, Command.STATUS])
def test_a_reader_that_is_broken_or_not_authorised_is_a_fault(reader, sim, sw3, command):
    sim.forced[command] = sw3
    sim.lay(CARD)

    with pytest.raises(ReaderFault, match=r"self-test|authorised"):
        reader.check() if command is Command.STATUS else reader.poll()


def test_a_failed_self_test_takes_the_reader_out_until_it_is_mended(reader, sim):
    assert reader.check() is None
    sim.self_test_failed = True

    with pytest.raises(ReaderFault, match="self-test"):
        reader.check()
    with pytest.raises(ReaderFault):
        reader.poll()

    sim.self_test_failed = False
    assert reader.check() is None


@pytest.mark.parametrize("sw3", [0x11, 0x21, 0x23, 0x24, 0x77, 0x90])
def test_an_answer_that_makes_no_sense_is_a_protocol_error(reader, sim, sw3):
    sim.forced[Command.FIND] = sw3

    with pytest.raises(ProtocolError, match="unexpected answer"):
        reader.poll()


def test_silence_is_unavailability_and_does_not_last_long(reader, sim):
    sim.silent = True
    began = time.monotonic()

    with pytest.raises(DeviceUnavailable, match=r"no answer to FIND within 0\.3 s"):
        reader.poll()

    assert time.monotonic() - began < 1


def test_a_reader_that_wakes_up_is_used_again(reader, sim):
    sim.silent = True
    with pytest.raises(DeviceUnavailable):
        reader.poll()
    sim.silent = False
    sim.lay(CARD)

    assert reader.poll() is not None


@pytest.mark.parametrize("after_bytes", [1, 5, 7, 400])
def test_a_reader_unplugged_in_the_middle_of_an_answer_is_unavailable(reader, sim, after_bytes):
    sim.lay(CARD)
    reader.is_present()
    sim.forced[Command.FIND] = 0x9F
    sim.unplug(after_bytes=after_bytes)

    with pytest.raises(DeviceUnavailable):
        reader.poll()

    with pytest.raises(DeviceUnavailable):
        reader.poll()


def test_simulators_leave_no_open_files_behind(open_files):
    before = open_files()

    for after_bytes in (0, 3):
        with SamvSim() as sim:
            wire = SerialWire(sim.port, timeout_s=0.05)
            sim.unplug(after_bytes)
            with pytest.raises(DeviceUnavailable):
                SamvReader(wire, today=lambda: TODAY).poll()
            wire.close()
        sim.close()

    assert open_files() == before


def test_a_reader_that_is_not_plugged_in_is_unavailable(sim):
    sim.unplug()

    with pytest.raises(DeviceUnavailable, match="cannot open"):
        SerialWire(sim.port, name="card reader")


def test_the_module_number_is_read(reader):
    assert reader.sam_id() == "05.01-20240101-0001234567-0987654321"


def test_closing_twice_is_harmless(reader):
    reader.close()
    reader.close()

    with pytest.raises(DeviceUnavailable):
        reader.poll()


def test_nothing_of_a_person_reaches_log_or_error(reader, sim, caplog):
    caplog.set_level(logging.DEBUG)
    sim.lay(CARD)
    document = reader.poll()
    sim.lay(OTHER)
    sim.corrupt_checksum_times = 2
    with pytest.raises(CardUnreadable) as caught:
        reader.poll()

    said = caplog.text + str(caught.value) + repr(document)
    for person in (CARD, OTHER):
        assert person.fields["number"][:14] not in said
        assert person.fields["name"] not in said
        assert person.fields["number"].encode("utf-16-le").hex()[:20] not in said
    assert "READ_BASE" in said


@pytest.mark.parametrize("seed", range(20))
def test_random_residents_go_over_the_wire_in_random_pieces(reader, sim, seed):
    rng = random.Random(seed)
    person = synthetic_resident(rng, TODAY)
    sim.piece_size = rng.randint(1, 1400)
    sim.lay(SamvCard.of(person))

    document = reader.poll()

    assert document is not None
    assert (document.number, document.name, document.warnings) == (person.number, person.name, ())
