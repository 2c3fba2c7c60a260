"""Whether all kiosks of a hall hash people with the same key; no key is told, only which are alike."""

import os
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from commands.doctor.findings import Check, Finding, bad, ok, warn

if TYPE_CHECKING:
    from pathlib import Path

    from settings.site import Site

NAME = "person key"
HERE = "this machine's file"
CONNECT_S = 1.5
LISTEN_S = 0.5  # what the broker keeps comes right after the subscription


def checks(site: "Site") -> list[Check]:
    """One check, where the hall has a key."""
    return [] if site.hall.person_key_file is None else [Check(NAME, lambda: person_key(site))]


def person_key(site: "Site") -> Iterator[Finding]:
    """Compare what the kiosks have told of their keys, and the file on this machine if there is one."""
    from settings.load import SettingsError

    path = site.hall.person_key_file
    try:
        here = None if path is None else _of_file(path)
    except SettingsError as exc:
        yield bad(NAME, str(exc), "run the doctor as root; if that says the same, copy the file from another kiosk")
        return
    told = _told(site)
    if told is None:
        yield warn(NAME, "the kiosks' keys cannot be compared without the broker", "see broker above")
        return
    yield compared(told | ({HERE: here} if here is not None else {}), [kiosk.kiosk_id for kiosk in site.kiosks])


def compared(fingerprints: Mapping[str, str], kiosk_ids: list[str]) -> Finding:
    """What is said of these fingerprints, by whose they are."""
    from hall.identity import without_common_key

    silent = [kiosk_id for kiosk_id in kiosk_ids if kiosk_id not in fingerprints]
    unknown = f"; not known of {', '.join(silent)}, not started yet" if silent else ""
    others = without_common_key(fingerprints)
    if others:
        each = ", ".join(f"{who} has {fingerprint}" for who, fingerprint in fingerprints.items())
        return bad(
            NAME,
            f"not the same everywhere, so that one person counts as several: {each}{unknown}",
            f"look at {', '.join(others)}: put one and the same person_key_file on every kiosk and start them again",
        )
    if not fingerprints:
        return ok(NAME, f"nothing to compare{unknown}")
    (fingerprint,) = set(fingerprints.values())
    return ok(NAME, f"{', '.join(fingerprints)}: the same ({fingerprint}){unknown}")


def _of_file(path: "Path") -> str | None:
    """The fingerprint of the key on this machine; None where there is no file. None is made here.

    Raises:
        SettingsError: it cannot be read, or is no key.
    """
    from hall.identity import key_fingerprint
    from settings.load import SettingsError
    from settings.person_key import read_key

    try:
        is_here = path.exists()
    except OSError as exc:
        raise SettingsError(f"{path}: cannot be read: {exc.strerror}") from exc
    return key_fingerprint(read_key(path)) if is_here else None


def _told(site: "Site") -> dict[str, str] | None:
    """What each of the site's kiosks has told, in the site's order; None when the broker does not answer."""
    from devices.broker_link import BrokerAddress, BrokerLink
    from hall.messages import DeviceHealth
    from settings.load import hall_clock

    heard: dict[str, DeviceHealth] = {}
    expected = {kiosk.kiosk_id for kiosk in site.kiosks}
    all_heard = threading.Event()

    def hear(health: DeviceHealth) -> None:
        heard[health.device_id] = health
        if expected <= heard.keys():
            all_heard.set()

    password = site.broker.password
    address = BrokerAddress(
        site.broker.host,
        site.broker.port,
        site.broker.username,
        password.get_secret_value() if password is not None else None,
    )
    link = BrokerLink(site.hall.hall_id, f"doctor-{os.getpid()}", address, hall_clock(site))
    link.hear(DeviceHealth, hear)
    link.start()
    try:
        if not link.wait_connected(CONNECT_S):
            return None
        all_heard.wait(LISTEN_S)
    finally:
        link.close()
    return {
        kiosk.kiosk_id: fingerprint
        for kiosk in site.kiosks
        if kiosk.kiosk_id in heard and (fingerprint := heard[kiosk.kiosk_id].key_fingerprint) is not None
    }
