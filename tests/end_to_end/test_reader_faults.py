"""What a visitor sees, and what the hall keeps, when card readers and cards are not as they should be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.demo.devices import KioskDevices
from devices.identity.samv_sim import SamvCard
from devices.identity.social_card_sim import SocialCardSim, card_files
from devices.identity.synthetic import SyntheticPerson
from hall import messages as m
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import journal, leaks, traces_of
from tests.end_to_end.people import FAMILY_NAMES_OUTSIDE_GBK, LONG_TERM_PERSON, PERSON, Visitor
from tests.waiting import until

IN_THE_MIDDLE_OF_A_CARD = 700  # bytes; the answers to "find" and "select" are much shorter


@pytest.fixture(scope="module")
def hall(folder: Path) -> Iterator[Trial]:
    with running_hall(folder, kiosks=lambda kiosks: kiosks[:1], boards=lambda _boards: []) as trial:
        yield trial


@pytest.fixture
def trial(hall: Trial) -> Iterator[Trial]:
    """The hall with a healthy reader and nobody at the kiosk; afterwards nothing of anybody may have stayed."""
    hall.visitors["K01"].leave()
    yield hall
    devices(hall).reader.lift()
    for person in (PERSON, *FAMILY_NAMES_OUTSIDE_GBK.values()):
        assert leaks(hall.folder, traces_of(person)) == []
    for name in hall.hall.processes:
        assert "Traceback" not in hall.log(name)


def devices(trial: Trial) -> KioskDevices:
    return trial.hall.devices.kiosks["K01"]


def visitor(trial: Trial) -> Visitor:
    return trial.visitors["K01"]


def lay(trial: Trial, person: SyntheticPerson = PERSON) -> None:
    devices(trial).reader.lay(SamvCard.of(person))


def take_number(trial: Trial) -> m.TicketIssued:
    """Choose, and see the number printed; returns what the journal says of it."""
    visitor(trial).choose()
    shown = visitor(trial).see("ticket")
    (issued,) = [e for e in journal(trial.database, m.TicketIssued) if e.display_number == shown.display_number]
    return issued


def test_a_reader_unplugged_in_the_middle_of_a_card_is_told_and_the_kiosk_works_without(trial: Trial):
    before = len(journal(trial.database, m.TicketIssued))
    until(lambda: trial.health("K01.sam_v") == ("ok", None), what="the healthy reader")

    devices(trial).reader.unplug(after_bytes=IN_THE_MIDDLE_OF_A_CARD)
    lay(trial)

    until(lambda: trial.health("K01.sam_v") == ("offline", "unavailable"), what="the lost reader")
    visitor(trial).see("idle", "card_error")
    assert len(journal(trial.database, m.TicketIssued)) == before
    visitor(trial).touch("begin")
    assert take_number(trial).masked_number is None
    visitor(trial).leave()

    devices(trial).plug_in_reader()
    until(lambda: trial.health("K01.sam_v") == ("ok", None), what="the new reader")
    lay(trial)
    assert take_number(trial).masked_number == "*" * 14 + "000X"


def test_a_card_that_comes_in_one_byte_pieces_is_read(trial: Trial):
    devices(trial).reader.piece_size = 1

    lay(trial)

    issued = take_number(trial)
    devices(trial).reader.piece_size = None
    assert issued.masked_number == "*" * 14 + "000X"


def test_one_wrong_checksum_is_not_even_noticed(trial: Trial):
    devices(trial).reader.corrupt_checksum_times = 1

    lay(trial)

    assert take_number(trial).masked_number == "*" * 14 + "000X"
    assert devices(trial).reader.corrupt_checksum_times == 0


def test_a_card_whose_checksum_stays_wrong_is_refused_and_read_when_it_is_laid_again(trial: Trial):
    before = len(journal(trial.database, m.TicketIssued))
    devices(trial).reader.corrupt_checksum_times = 1000

    lay(trial)

    visitor(trial).see("card_error")
    assert len(journal(trial.database, m.TicketIssued)) == before
    devices(trial).reader.lift()
    devices(trial).reader.corrupt_checksum_times = 0
    lay(trial)
    assert take_number(trial).masked_number == "*" * 14 + "000X"


def test_a_card_that_is_valid_for_ever_is_read(trial: Trial):
    lay(trial, LONG_TERM_PERSON)

    assert take_number(trial).identity_kind == "resident"


@pytest.mark.parametrize("family_name", FAMILY_NAMES_OUTSIDE_GBK)
def test_a_name_that_gbk_cannot_write_is_greeted_and_kept_nowhere(trial: Trial, family_name: str, pictures: Path):
    lay(trial, FAMILY_NAMES_OUTSIDE_GBK[family_name])

    visitor(trial).see("choose_queue")
    picture = visitor(trial).photograph(pictures / f"greeting-{ord(family_name):x}.png")
    assert picture.stat().st_size > 10_000
    assert take_number(trial).masked_number == "*" * 14 + "000X"


def test_pcscd_killed_and_started_again_takes_only_its_reader_out_of_service(trial: Trial):
    pcscd, slot = trial.hall.devices.pcscd, devices(trial).slot
    if pcscd is None or slot is None:
        pytest.skip("virtual card readers need root and vsmartcard-vpcd")
    until(lambda: trial.health("K01.pcsc") == ("ok", None), what="the healthy slot")

    pcscd.kill()

    until(lambda: trial.health("K01.pcsc") == ("offline", "unavailable"), what="the lost slot")
    lay(trial)
    assert take_number(trial).identity_kind == "resident"
    visitor(trial).leave()

    pcscd.start()
    until(lambda: trial.health("K01.pcsc") == ("ok", None), within_s=15, what="the slot")
    card = SocialCardSim(slot[1], card_files(PERSON))
    card.insert()
    assert take_number(trial).identity_kind == "social_card"
    card.remove()
