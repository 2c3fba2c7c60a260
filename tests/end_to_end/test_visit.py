"""One visit with every process real, from the card on the reader to the rating in the journal."""

import subprocess
import wave
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from commands.demo.devices import KioskDevices
from devices.identity.samv_sim import SamvCard
from devices.identity.social_card_sim import SocialCardSim, card_files
from hall import messages as m
from hall.rating import RatingChannel, RatingLevel
from queue_server.adapters.speech.voice import EspeakVoice
from tests.end_to_end.conftest import Trial, running_hall
from tests.end_to_end.observers import BrokerTap, DisplayStream, journal, leaks, traces_of
from tests.end_to_end.people import PERSON, Clerk
from tests.waiting import until

COUNTER = "3"


@pytest.fixture(scope="module")
def trial(folder: Path) -> Iterator[Trial]:
    with running_hall(folder, boards=lambda boards: boards[:1]) as running:
        yield running


def lay_resident_card(devices: KioskDevices) -> SamvCard:
    card = SamvCard.of(PERSON)
    devices.reader.lay(card)
    return card


def the_new_ticket(devices: KioskDevices, before: int) -> Image.Image:
    until(lambda: len(devices.printer.tickets) > before, what="the ticket")
    return devices.printer.tickets[-1]


def lines_of(picture: Image.Image) -> list[Image.Image]:
    """What is printed, cut where whole rows are blank, from the top."""
    rows = [ink is not None for ink in map(_ink_of_row(picture), range(picture.height))]
    edges = [n for n, (above, below) in enumerate(pairwise([False, *rows, False])) if above != below]
    return [picture.crop((0, top, picture.width, end)) for top, end in zip(edges[::2], edges[1::2], strict=True)]


def _ink_of_row(picture: Image.Image) -> Callable[[int], object]:
    inverted = ImageChops.invert(picture.convert("L"))
    return lambda row: inverted.crop((0, row, picture.width, row + 1)).getbbox()


def words_on(line: Image.Image, folder: Path, language: str) -> str:
    """What tesseract reads in one line, without blanks."""
    path = folder / "line.png"
    ImageOps.expand(line.convert("L"), border=40, fill=255).save(path)
    command = ["tesseract", str(path), "-", "-l", language, "--psm", "7"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return "".join(text.split())


def has_white_margins(line: Image.Image) -> bool:
    box = ImageChops.invert(line.convert("L")).getbbox()
    return box is not None and box[0] > 0 and box[2] < line.width


def samples_in(wav: Path) -> bytes:
    with wave.open(str(wav)) as file:
        return file.readframes(file.getnframes())


def serve(trial: Trial, display_number: str, key: int, stream: DisplayStream) -> None:
    """Call, serve and let rate; looks at every sign on the way."""
    hall, sentence = trial.hall, f"请{display_number}号到{COUNTER}号窗口办理"
    board, slot = hall.devices.slots[COUNTER]
    clerk = Clerk(trial.http, COUNTER)
    clerk.open()

    called = clerk.do("call-next")

    assert called["display_number"] == display_number
    until(lambda: sentence in stream.texts, what="the call on the display")
    until(lambda: board.texts[slot] == sentence, what="the call on the bar")
    assert board.flashing[slot]
    spoken = until(lambda: list((hall.folder / "speech").glob(f"*-{called['call_id']}.wav")), what="the speech")
    voice = EspeakVoice()
    assert samples_in(spoken[0]).count(voice(sentence)) == hall.site.speech.repeat
    assert voice(f"请{display_number}号到4号窗口办理") not in samples_in(spoken[0])

    clerk.do("start")
    assert not hall.devices.is_lit(COUNTER)
    completed = clerk.do("complete")
    until(lambda: hall.devices.is_lit(COUNTER), what="the evaluator's light")
    hall.devices.press(COUNTER, key)
    (rated,) = until(
        lambda: [e for e in journal(trial.database, m.ServiceRated) if e.rating_id == completed["rating_id"]],
        what="the rating",
    )
    assert rated == m.ServiceRated(
        rating_id=completed["rating_id"],
        ticket_id=called["ticket_id"],
        counter_no=COUNTER,
        staff_no=clerk.staff_no,
        level=list(RatingLevel)[key - 1],
        channel=RatingChannel.EVALUATOR,
    )
    until(lambda: not hall.devices.is_lit(COUNTER), what="the dark evaluator")


def visit(trial: Trial, kiosk_id: str) -> tuple[str, Image.Image]:
    """From the read card to the ticket in hand; returns the number on the screen and the paper."""
    visitor, devices = trial.visitors[kiosk_id], trial.hall.devices.kiosks[kiosk_id]
    before = len(devices.printer.tickets)
    visitor.choose()
    shown = visitor.see("ticket")
    assert shown.display_number is not None
    return shown.display_number, the_new_ticket(devices, before)


def check_paper(trial: Trial, number: str, paper: Image.Image, tmp_path: Path) -> m.TicketIssued:
    """The code, the number, the hall's name and the margins of a printed ticket."""
    (issued,) = [e for e in journal(trial.database, m.TicketIssued) if e.display_number == number]
    (code,) = zxingcpp.read_barcodes(paper.convert("L"))
    assert code.text == f"{trial.hall.base_url}/t/{issued.ticket_id}"
    lines = lines_of(paper)
    head, big = lines[0], max(lines[:5], key=lambda line: line.height)
    assert words_on(head, tmp_path, "chi_sim") == trial.hall.plan.name
    assert words_on(big, tmp_path, "eng") == number
    assert all(has_white_margins(line) for line in lines)
    return issued


def test_a_resident_card_becomes_a_number_a_call_and_a_rating_and_leaves_no_trace(trial: Trial, tmp_path: Path):
    hall = trial.hall
    devices, visitor = hall.devices.kiosks["K01"], trial.visitors["K01"]
    with BrokerTap(hall.site.broker.port) as tap, DisplayStream(hall.base_url) as stream:
        visitor.see("idle")
        before = len(journal(trial.database, m.TicketIssued))
        lay_resident_card(devices)

        number, paper = visit(trial, "K01")
        visitor.leave()
        devices.reader.lift()
        issued = check_paper(trial, number, paper, tmp_path)
        serve(trial, number, 1, stream)

        assert number == f"A{before + 1:03d}"
        assert issued.masked_number == "*" * 14 + "000X"
        assert issued.ticket_id in [printed.ticket_id for printed in journal(trial.database, m.TicketPrinted)]
        traces = traces_of(PERSON)
        heard = b"\n".join(topic.encode() + payload for topic, payload in tap.heard)
        assert all(tap.of(kind) for kind in ("CounterState", "QueueState", "BarShown", "LevelPressed", "DeviceHealth"))
        assert [trace for trace in traces if trace in heard + bytes(stream.heard)] == []
        assert leaks(hall.folder, traces) == []
        assert leaks(hall.folder, [b"*000X"])  # the same search finds the masked number: it looks in the right places


def test_a_social_card_in_the_slot_becomes_a_number_and_a_rating_and_leaves_no_trace(trial: Trial, tmp_path: Path):
    hall = trial.hall
    devices, visitor = hall.devices.kiosks["K01"], trial.visitors["K01"]
    if devices.slot is None:
        pytest.skip("virtual card readers need root and vsmartcard-vpcd")
    card = SocialCardSim(devices.slot[1], card_files(PERSON))
    with DisplayStream(hall.base_url) as stream:
        visitor.see("idle")
        card.insert()

        number, paper = visit(trial, "K01")
        card.remove()
        visitor.leave()
        issued = check_paper(trial, number, paper, tmp_path)
        serve(trial, number, 5, stream)

    assert issued.identity_kind == "social_card"
    assert leaks(hall.folder, traces_of(PERSON)) == []


def test_a_kiosk_whose_printer_hangs_on_a_serial_line_prints_the_same_ticket(trial: Trial, tmp_path: Path):
    hall = trial.hall
    visitor = trial.visitors["K02"]
    visitor.see("idle")
    lay_resident_card(hall.devices.kiosks["K02"])

    number, paper = visit(trial, "K02")
    visitor.leave()
    hall.devices.kiosks["K02"].reader.lift()
    issued = check_paper(trial, number, paper, tmp_path)

    assert issued.kiosk_id == "K02"
    with DisplayStream(hall.base_url) as stream:
        serve(trial, number, 2, stream)


def test_a_key_pressed_while_no_rating_is_open_is_ignored_and_logged(trial: Trial):
    ratings = journal(trial.database, m.ServiceRated)
    board, slot = trial.hall.devices.slots[COUNTER]
    ignored = f"key 2 of slot {slot} ignored: no rating is open"
    before = trial.log("bridge").count(ignored)

    trial.hall.devices.press(COUNTER, 2)

    until(lambda: trial.log("bridge").count(ignored) == before + 1, what="the line in the log")
    assert journal(trial.database, m.ServiceRated) == ratings
    assert not board.rating_open[slot]
