"""The whole kiosk process: a reader on a pseudo-terminal, a printer on TCP, a server on HTTP, a finger on a socket."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from msgspec import json
from PIL import Image

from devices.broker_link import BrokerAddress, BrokerLink
from devices.identity.samv_sim import SamvCard
from hall.clock import HallClock
from hall.identity import key_fingerprint
from hall.messages import DeviceHealth
from settings.person_key import read_key
from tests.kiosk.gallery import ROOT, SAMPLE_SITE, sample_plan
from tests.kiosk.simulated_hall import PERSON, Hall
from tests.waiting import until

Health = dict[str, tuple[str, str | None]]
"""By device: its status and the cause, as told last."""


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    hall.kiosk.wait_ready()
    yield hall
    hall.close()


@pytest.fixture
def fingerprints() -> dict[str, str | None]:
    """By device: its key's fingerprint, as told last."""
    return {}


@pytest.fixture
def health(hall: Hall, fingerprints: dict[str, str | None]) -> Iterator[Health]:
    told: Health = {}

    def hear(device: DeviceHealth) -> None:
        told[device.device_id] = (device.status, device.cause)
        fingerprints[device.device_id] = device.key_fingerprint

    address = BrokerAddress("127.0.0.1", hall.broker.port)
    listener = BrokerLink("sample-city", "listener", address, HallClock(ZoneInfo("UTC"), time.time))
    listener.hear(DeviceHealth, hear)
    listener.start()
    yield told
    listener.close()


def test_a_citizen_gets_a_printed_number_while_the_server_is_away(tmp_path: Path, pictures: Path):
    hall = Hall(tmp_path, offline_file=tmp_path / "numbers" / "k01.sqlite")
    try:
        kiosk = hall.kiosk
        kiosk.wait_ready()
        kiosk.see("idle")
        until(lambda: len(hall.server.leases) >= len(sample_plan().queues), what="a block of each queue")
        hall.server.status, hall.server.refusal = 503, {"code": "journal_unavailable"}

        kiosk.touch("begin")
        kiosk.see("choose_queue")
        kiosk.touch("queue:B")
        kiosk.see("choose_matter")
        kiosk.touch("matter:I008")
        shown = kiosk.see("ticket")
        kiosk.ask(do="picture", path=str(pictures / "process-offline-ticket.png"))
        (lease,) = (lease for lease in hall.server.leases.values() if lease["prefix"] == "B")
        assert shown["display_number"] == f"B{lease['first']}"
        (paper,) = until(lambda: hall.printer.tickets, what="the ticket")
        paper.save(pictures / "offline-ticket-paper.png")
        assert (hall.server.merged, hall.server.reports) == ([], [])
        kiosk.touch("finish")
        kiosk.see("take_away")
        kiosk.touch("finish")
        kiosk.see("idle")  # it stays open

        hall.server.status = None
        until(lambda: hall.server.reports, what="the report, which follows the ticket")
        (merged,) = hall.server.merged
        (code,) = zxingcpp.read_barcodes(paper.convert("L"))
        assert code.text == f"{hall.server.url}/t/{merged['ticket_id']}"
        assert [ticket for ticket, _report in hall.server.reports] == [merged["ticket_id"]]
        assert kiosk.end() == 0
        assert "Traceback" not in kiosk.log.read_text()
    finally:
        hall.close()


def test_a_damaged_book_of_numbers_is_told_and_online_work_goes_on(tmp_path: Path):
    book = tmp_path / "k01.sqlite"
    book.write_bytes(b"no database, and long enough to be looked at" * 100)
    hall = Hall(tmp_path, offline_file=book)
    try:
        kiosk = hall.kiosk
        kiosk.wait_ready()
        kiosk.see("idle")
        kiosk.touch("begin")
        kiosk.see("choose_queue")
        kiosk.touch("queue:B")
        kiosk.see("choose_matter")
        kiosk.touch("matter:I008")

        assert kiosk.see("ticket")["display_number"] == "B001"
        assert "no numbers can be given out without the server" in kiosk.log.read_text()
        assert hall.server.leases == {}
        assert kiosk.end() == 0
    finally:
        hall.close()


def test_a_citizen_lays_a_card_and_leaves_with_a_printed_ticket(hall: Hall, pictures: Path):
    kiosk = hall.kiosk
    kiosk.see("idle")
    assert stat.S_IMODE(hall.control.stat().st_mode) == 0o600

    hall.reader.read_delay_s = 1.0
    hall.reader.lay(SamvCard.of(PERSON))
    kiosk.see("reading")
    kiosk.see("choose_queue")
    kiosk.touch("queue:B")
    kiosk.see("choose_matter")
    kiosk.touch("matter:I008")
    shown = kiosk.see("ticket")
    kiosk.ask(do="picture", path=str(pictures / "process-ticket.png"))

    (ticket,) = hall.server.tickets.values()
    (paper,) = until(lambda: hall.printer.tickets, what="the ticket")
    (code,) = zxingcpp.read_barcodes(paper.convert("L"))
    assert shown["display_number"] == ticket["display_number"] == "B001"
    assert code.text == ticket["status_url"]
    assert hall.server.asked[0]["masked_number"] == "**************000X"
    until(lambda: hall.server.reports, what="the report")
    assert [(t, r["printed"], r["cause"]) for t, r in hall.server.reports] == [("ticket-1", True, None)]
    with Image.open(pictures / "process-ticket.png") as picture:
        assert picture.size == (1080, 1920)

    kiosk.touch("finish")
    kiosk.see("take_away")
    kiosk.touch("finish")
    assert kiosk.see("idle")["display_number"] is None
    assert kiosk.end() == 0
    assert not hall.control.exists()
    log = kiosk.log.read_text()
    assert PERSON.number not in log
    assert "测试" not in log
    assert "Traceback" not in log


def test_paper_server_and_reader_may_fail_and_come_back_without_a_number_lost(hall: Hall):
    kiosk = hall.kiosk
    kiosk.see("idle")

    hall.printer.paper_out = True
    kiosk.touch("begin")
    kiosk.see("choose_queue")
    kiosk.touch("queue:B")
    kiosk.see("choose_matter")
    kiosk.touch("matter:I008")
    kiosk.see("out_of_paper")
    assert hall.server.asked == []  # no number is burnt

    hall.printer.load_roll()
    kiosk.touch("try_again")
    kiosk.see("ticket")
    kiosk.touch("finish")
    kiosk.see("take_away")

    hall.server.lost_answers = 1
    kiosk.touch("finish")
    kiosk.see("idle")
    kiosk.touch("begin")
    kiosk.see("choose_queue")
    kiosk.touch("queue:B")
    kiosk.see("choose_matter")
    kiosk.touch("matter:I009")
    kiosk.see("no_answer")
    hall.printer.paper_left_rows = 60
    kiosk.touch("try_again")
    shown = kiosk.see("no_paper_ticket")
    assert shown["display_number"] == "B002"
    assert len(hall.server.tickets) == 2
    until(lambda: len(hall.server.reports) == 2, what="the report")
    assert [r["printed"] for _ticket, r in hall.server.reports] == [True, False]
    assert hall.server.reports[1][1]["cause"] == "paper_out"

    kiosk.touch("finish")
    kiosk.see("take_away")
    kiosk.touch("finish")
    hall.server.status = 500
    kiosk.see("server_away")
    hall.server.status = None
    kiosk.see("idle")


def test_health_is_told_while_the_kiosk_runs_when_it_stops_and_when_it_dies(
    hall: Hall, health: Health, fingerprints: dict[str, str | None]
):
    ok = ("ok", None)
    until(lambda: health == {"K01": ok, "K01.sam_v": ok, "K01.printer": ok}, what="the devices' health")

    hall.printer.paper_out = True
    until(lambda: health["K01.printer"] == ("fault", "paper_out"), what="the empty roll")

    key = key_fingerprint(read_key(hall.person_key))
    assert fingerprints["K01"] == key
    hall.kiosk.process.kill()
    until(lambda: health["K01"] == ("offline", "unavailable"), within_s=20, what="the will")
    assert fingerprints == {"K01": key, "K01.sam_v": None, "K01.printer": None}


def test_a_kiosk_that_is_told_to_end_says_goodbye_for_all_its_devices(hall: Hall, health: Health):
    until(lambda: len(health) == 3, what="the devices' health")

    assert hall.kiosk.end() == 0

    gone = ("offline", None)
    until(lambda: health == {"K01": gone, "K01.sam_v": gone, "K01.printer": gone}, what="the goodbye")


@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
def test_on_a_smaller_real_screen_the_picture_fits_and_a_mouse_touches_it(tmp_path: Path):
    screen, number = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(number), "-screen", "0", "600x800x24", "+extension", "GLX", "-nolisten", "tcp"],
        pass_fds=[number],
        stderr=subprocess.DEVNULL,
    )
    os.close(number)
    with os.fdopen(screen) as said:
        display = f":{said.readline().strip()}"
    hall = Hall(tmp_path, DISPLAY=display)
    try:
        hall.kiosk.wait_ready()
        shown = hall.kiosk.see("idle")
        (begin,) = (t for t in shown["targets"] if t["name"] == "begin")

        x, y = begin["x"] + begin["w"] // 2, begin["y"] + begin["h"] // 2
        click = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
        for _ in range(4):  # X tells a new window late that the pointer is over it
            subprocess.run(click, env=os.environ | {"DISPLAY": display}, check=True)
            if hall.kiosk.ask(do="wait", revision=shown["revision"], timeout_s=2.0)["screen"] != "idle":
                break

        assert hall.kiosk.see("choose_queue")["targets"]
        assert begin["x"] + begin["w"] / 2 == pytest.approx(300, abs=2)
        assert begin["h"] == pytest.approx(190 * 800 / 1920, abs=2)
    finally:
        hall.close()
        server.terminate()
        server.wait()


def run_kiosk(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kiosk.main", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unknown_kiosk_is_refused_with_the_known_ones():
    ended = run_kiosk("--config", str(SAMPLE_SITE), "--id", "K99")

    assert ended.returncode == 2
    assert ended.stderr == "no such kiosk: 'K99' (the site file has: K01, K02)\n"


def test_the_settings_in_force_are_shown_without_secrets():
    secret = {"HALLQ_BROKER__PASSWORD": "not-for-eyes"}

    ended = run_kiosk("--config", str(SAMPLE_SITE), "--id", "K01", "--print-config", **secret)

    assert ended.returncode == 0
    assert json.decode(ended.stdout)["hall"]["hall_id"] == "sample-city"
    assert "not-for-eyes" not in ended.stdout


def test_without_a_screen_that_opens_one_sentence_says_what_to_do():
    ended = run_kiosk("--config", str(SAMPLE_SITE), "--id", "K01", DISPLAY=":4711", SDL_VIDEODRIVER="x11")

    sentences = [line for line in ended.stderr.splitlines() if not line.startswith("timestamp=")]
    assert ended.returncode == 1
    assert len(sentences) == 1
    assert sentences[0].startswith("no window can be opened")
    assert "apt install" in sentences[0]


def test_without_the_chinese_font_one_sentence_says_what_to_install(tmp_path: Path):
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the font cache should be")

    ended = run_kiosk("--config", str(SAMPLE_SITE), "--id", "K01", HALLQ_CACHE=str(blocked), DISPLAY="")

    assert ended.returncode == 1
    assert "font" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
