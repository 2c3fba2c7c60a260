"""Kiosks with different keys are found, on a real broker, and no key is ever shown."""

import contextlib
import time
from zoneinfo import ZoneInfo

import pytest

from commands.doctor import keys
from devices.broker_link import BrokerLink
from hall.clock import HallClock
from hall.identity import key_fingerprint
from hall.messages import DeviceHealth
from settings.load import read_site
from tests.commands.doctor.sites import kiosk
from tests.mosquitto import running_broker
from tests.waiting import until

CLOCK = HallClock(ZoneInfo("Asia/Shanghai"), time.time)
KEY, OTHER_KEY = bytes(range(32)), bytes(32)


@pytest.fixture
def broker(tmp_path):
    with running_broker(tmp_path) as broker:
        yield broker


@pytest.fixture
def kiosk_tells(broker):
    """Let a kiosk of this id tell how it is and which key it has."""
    with contextlib.ExitStack() as opened:

        def tell(kiosk_id, key, status="ok"):
            link = BrokerLink("test-hall", kiosk_id, broker.address, CLOCK)
            opened.callback(link.close)
            fingerprint = None if key is None else key_fingerprint(key)
            link.tell(DeviceHealth(device_id=kiosk_id, kind="kiosk", status=status, key_fingerprint=fingerprint))
            link.start()
            until(lambda: link.is_connected)

        yield tell


@pytest.fixture
def hall(site, tmp_path):
    """A site with kiosks K01 and K02, and its key's file on this machine if there is one."""

    def new(port, key=None):
        path = site(f"{kiosk()}\n{kiosk().replace('K01', 'K02')}\n[broker]\nport = {port}\n")
        text = path.read_text(encoding="utf-8").replace("[hall]", '[hall]\nperson_key_file = "hall.key"')
        path.write_text(text, encoding="utf-8")
        if key is not None:
            (tmp_path / "hall.key").write_text(key.hex(), encoding="ascii")
        return read_site(path)

    return new


def found(site):
    (check,) = keys.checks(site)
    (finding,) = check.look()
    return finding


def test_kiosks_with_one_key_are_well(hall, broker, kiosk_tells):
    kiosk_tells("K01", KEY)
    kiosk_tells("K02", KEY, status="offline")  # it told before it was switched off

    finding = found(hall(broker.port, KEY))

    assert (finding.status, finding.text) == (
        "ok", f"K01, K02, {keys.HERE}: the same ({key_fingerprint(KEY)})",
    )  # fmt: skip


def test_kiosks_with_keys_of_their_own_are_named_with_the_mend(hall, broker, kiosk_tells):
    kiosk_tells("K01", KEY)
    kiosk_tells("K02", OTHER_KEY)

    without_file = found(hall(broker.port))
    with_file = found(hall(broker.port, KEY))

    assert [without_file.status, with_file.status] == ["bad", "bad"]
    assert f"K01 has {key_fingerprint(KEY)}, K02 has {key_fingerprint(OTHER_KEY)}" in without_file.text
    assert without_file.mend.startswith("look at K01, K02: put one and the same person_key_file")
    assert with_file.mend.startswith("look at K02: ")
    assert not any(key.hex() in f"{with_file.text} {with_file.mend}" for key in (KEY, OTHER_KEY))


def test_a_file_that_differs_from_the_running_kiosks_is_found_before_its_own_kiosk_starts(hall, broker, kiosk_tells):
    kiosk_tells("K01", KEY)

    finding = found(hall(broker.port, OTHER_KEY))

    assert finding.status == "bad"
    assert keys.HERE in finding.mend
    assert "not known of K02" in finding.text


def test_where_nothing_is_known_nothing_is_wrong_and_no_key_is_made(hall, broker, tmp_path):
    finding = found(hall(broker.port))

    assert (finding.status, finding.text) == ("ok", "nothing to compare; not known of K01, K02, not started yet")
    assert not (tmp_path / "hall.key").exists()


def test_a_file_that_is_no_key_is_told_and_not_shown(hall, broker, tmp_path):
    site = hall(broker.port)
    (tmp_path / "hall.key").write_text("half-a-secret", encoding="ascii")

    finding = found(site)

    assert finding.status == "bad"
    assert "half-a-secret" not in finding.text


def test_without_a_broker_it_says_that_it_cannot_compare(hall, broker):
    broker.kill()

    finding = found(hall(broker.port))

    assert (finding.status, finding.mend) == ("warn", "see broker above")


def test_a_hall_without_a_key_is_not_asked(site):
    assert keys.checks(read_site(site(kiosk()))) == []
