"""The manager sees which kiosk hashes people with a key of its own."""

import pytest

from hall.messages import DeviceHealth
from queue_server.service.device_keys import with_key_warnings


def kiosk(kiosk_id: str, fingerprint: str | None, status: str = "ok") -> DeviceHealth:
    return DeviceHealth(device_id=kiosk_id, kind="kiosk", status=status, key_fingerprint=fingerprint)


def test_the_kiosk_that_differs_from_the_others_needs_attention():
    devices = [kiosk("K01", "aaaaaaaa"), kiosk("K02", "bbbbbbbb"), kiosk("K03", "aaaaaaaa"), kiosk("board", None)]

    seen = with_key_warnings(devices)

    assert [device.status for device in seen] == ["ok", "warning", "ok", "ok"]
    assert (seen[1].cause, seen[1].detail) == ("other_key", "bbbbbbbb")
    assert "person_key_file" in (seen[1].mend or "")


def test_of_two_that_differ_nobody_knows_which_is_right():
    seen = with_key_warnings([kiosk("K01", "aaaaaaaa"), kiosk("K02", "bbbbbbbb")])

    assert [device.status for device in seen] == ["warning", "warning"]


@pytest.mark.parametrize(
    "second", [kiosk("K02", "aaaaaaaa"), kiosk("K02", None), kiosk("K02", "bbbbbbbb", status="offline")]
)
def test_equal_keys_and_kiosks_that_are_off_are_no_trouble(second: DeviceHealth):
    devices = [kiosk("K01", "aaaaaaaa"), second]

    assert with_key_warnings(devices) == devices
