"""A demo keeps to its own folder."""

from datetime import date
from pathlib import Path

from commands.demo.running import first_working_day, kiosk_files
from hall.catalogue import HallPlan


def test_a_kiosk_s_files_are_the_demo_s_own_and_it_gets_no_book_that_its_site_does_not_have(tmp_path: Path):
    named = {"offline_file": "/opt/hallq/.hallq/k01.sqlite", "printed_file": "/opt/hallq/.hallq/k01-printed.json"}
    with_book = kiosk_files({"kiosk_id": "K01", **named}, tmp_path)
    without = kiosk_files({"kiosk_id": "K02"}, tmp_path)

    assert with_book == {
        "control_socket": f"{tmp_path}/K01.sock",
        "offline_file": f"{tmp_path}/K01.sqlite",
        "printed_file": f"{tmp_path}/K01-printed.json",
    }
    assert without == {"control_socket": f"{tmp_path}/K02.sock"}


def test_a_demo_on_a_rest_day_shows_the_next_working_day(plan: HallPlan):
    saturday, monday = date(2026, 3, 7), date(2026, 3, 9)

    assert first_working_day(plan.calendar, saturday) == monday
    assert first_working_day(plan.calendar, monday) == monday
