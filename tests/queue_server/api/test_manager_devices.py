"""What the manager is told of the hall's devices."""

import asyncio
from pathlib import Path

from hall.catalogue import HallPlan
from hall.messages import DeviceHealth
from tests.queue_server.api.server import Hall


def test_kiosks_with_different_keys_need_attention(plan: HallPlan, tmp_path: Path):
    hall = Hall(plan, tmp_path)

    async def devices() -> list[dict[str, str]]:
        async with hall.running() as http:
            for kiosk_id, fingerprint in (("K01", "aaaaaaaa"), ("K02", "bbbbbbbb")):
                hall.live.devices[kiosk_id] = DeviceHealth(
                    device_id=kiosk_id, kind="kiosk", status="ok", key_fingerprint=fingerprint
                )
            found: list[dict[str, str]] = (await http.get("/api/v1/manager")).json()["devices"]
            return found

    told = asyncio.run(devices())

    assert [(device["status"], device["cause"]) for device in told] == [("warning", "other_key")] * 2
