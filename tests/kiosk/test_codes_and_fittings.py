"""What hangs on a kiosk beside readers and printer: codes that are scanned, people who come and go, the mains."""

import logging
import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from devices.credentials.stub_platform import StubPlatform
from devices.identity.synthetic import synthetic_resident
from devices.power.sim_upsd import SimUpsd
from devices.relays.sim_relays import SimModbusRelay
from devices.scanners.sim_scanner import ScannerSim
from devices.sim_line import PtyLine, TcpLine
from hall.codes import CodeKind, encode
from hall.identity import DocumentKind, masked_number
from hall.messages import DeviceHealth, DeviceTried, Told, TryDevice
from kiosk.adapters.devices import KioskDevices
from kiosk.flow import events as ev
from settings.devices.credentials import HttpPlatform
from settings.devices.kiosks import KioskTable
from settings.devices.power import NutTable
from settings.devices.relays import LightTable, ModbusRelays, SensorTable
from settings.devices.scanners import SerialScanner
from tests.waiting import until

TODAY = date(2026, 3, 3)
TICKET = "0b9c1f2e-5d5a-4a55-9f0e-0c6f2d1e7a10"
PERSON = synthetic_resident(random.Random(5), TODAY)


class Site:
    """A kiosk with a scanner, a platform behind it, a relay board with a sensor, and a UPS."""

    def __init__(self) -> None:
        self.scanner, self.platform = ScannerSim(), StubPlatform()
        self.board, self.upsd = SimModbusRelay(), SimUpsd()
        self.board_line, self.ups_line = PtyLine(self.board), TcpLine(self.upsd)
        self.heard: list[ev.Event] = []
        self.told: list[Told] = []
        table = KioskTable(
            kiosk_id="K01",
            zone="A",
            scanner=SerialScanner(kind="serial", port=self.scanner.port, repeat_s=0),
            credentials=HttpPlatform(kind="http", url=self.platform.url),
            switches=ModbusRelays(
                kind="modbus",
                port=str(self.board_line.port),
                address=1,
                light=LightTable(channel=1),
                sensor=SensorTable(input=1, present_after_s=0.1, left_after_s=0.5),
            ),
            ups=NutTable(kind="nut", ups="ups", port=self.ups_line.port),
        )
        self.devices = KioskDevices(
            table, self.heard.append, self.told.append, today=lambda: TODAY, public_url="http://hall.test"
        )
        self.devices.start()

    def close(self) -> None:
        self.devices.close()
        for end in (self.scanner, self.platform, self.board_line, self.ups_line):
            end.close()

    def health(self, device_id: str) -> tuple[str, str | None] | None:
        told = [t for t in self.told if isinstance(t, DeviceHealth) and t.device_id == device_id]
        return (told[-1].status, told[-1].cause) if told else None

    def of(self, kind: type[ev.Event]) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    for role in ("scanner", "credentials", "switches", "ups"):
        until(lambda name=f"K01.{role}": site.health(name) == ("ok", None), what=role)
    yield site
    site.close()


def test_whoever_shows_a_code_is_greeted_like_with_a_card(site: Site):
    site.scanner.scan(site.platform.issue(PERSON))

    (read,) = until(lambda: site.of(ev.CardRead), what="the person")
    assert read.person.kind is DocumentKind.E_CREDENTIAL
    assert read.person.masked_number == masked_number(PERSON.number)
    assert site.of(ev.CardNoticed)


def test_a_code_is_taken_once(site: Site):
    code = site.platform.issue(PERSON)
    site.scanner.scan(code)
    until(lambda: site.of(ev.CardRead), what="the person")

    site.scanner.scan(code)

    until(lambda: site.of(ev.CardFailed), what="the refusal")
    assert len(site.of(ev.CardRead)) == 1


def test_a_code_that_the_platform_does_not_know_is_refused(site: Site):
    site.platform.refuses = True

    site.scanner.scan("a-code-of-somebody-else")

    until(lambda: site.of(ev.CardFailed), what="the refusal")
    assert site.of(ev.CardRead) == []
    assert site.health("K01.credentials") == ("ok", None)  # the platform did what it is there for


@pytest.mark.parametrize("own", [encode(CodeKind.TICKET, TICKET), f"http://hall.test/t/{TICKET}"])
def test_the_halls_own_codes_never_reach_the_platform(site: Site, own: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)

    site.scanner.scan(own)
    site.scanner.scan(own[:-1] + ("A" if own[-1] != "A" else "B"))  # and damaged

    until(lambda: "a code of the hall's own" in caplog.text, what="the own code")
    site.scanner.scan(site.platform.issue(PERSON))
    until(lambda: site.of(ev.CardRead), what="the person")
    assert site.platform.asked == 1
    assert TICKET not in caplog.text


def test_no_token_and_no_person_is_in_the_log(site: Site, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    codes = [site.platform.issue(PERSON) for _ in range(2)]

    site.scanner.scan(codes[0])
    until(lambda: site.of(ev.CardRead), what="the person")
    site.platform.refuses = True
    site.scanner.scan(codes[1])
    until(lambda: site.of(ev.CardFailed), what="the refusal")

    assert not any(secret in caplog.text for secret in (*codes, PERSON.number, PERSON.name))


def test_whoever_leaves_has_ended_the_visit_and_the_light_goes_out(site: Site):
    site.board.inputs[0] = True
    until(lambda: site.board.relays[0], what="the light")
    assert site.of(ev.StartedOver) == []

    site.board.inputs[0] = False

    until(lambda: site.of(ev.StartedOver), what="the end of the visit")
    until(lambda: not site.board.relays[0], what="darkness")


def test_the_mains_are_watched(site: Site):
    site.upsd.mains_fail()

    until(lambda: site.health("K01.ups") == ("warning", "on_battery"), within_s=15, what="the warning")


@pytest.mark.parametrize("role", ["scanner", "credentials", "switches", "ups"])
def test_each_of_them_has_a_test_button(site: Site, role: str):
    site.devices.try_out(TryDevice(device_id=f"K01.{role}", trial_id="t1"))

    (tried,) = until(lambda: [t for t in site.told if isinstance(t, DeviceTried)], what="the outcome")
    assert tried.passed
