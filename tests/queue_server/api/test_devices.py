"""Test buttons of devices over HTTP: whom the server asks, and what the manager's view says afterwards."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from hall.messages import DeviceHealth, DeviceTried, TryDevice
from tests.queue_server.api.server import Hall


def served(hall: Hall, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> httpx.Response:
    async def run() -> httpx.Response:
        async with hall.running() as http:
            return await ask(http)

    return asyncio.run(run())


PRINTER = DeviceHealth(device_id="K01.printer", kind="printer", status="ok")


def test_a_devices_owner_is_asked_to_try_it(hall):
    async def ask(http):
        hall.broker_connected = True
        hall.live.hear_device(PRINTER)
        await asyncio.sleep(0.01)
        return await http.post("/api/v1/devices/K01.printer/try")

    answer = served(hall, ask)

    assert answer.status_code == 202
    assert hall.told == [TryDevice(device_id="K01.printer", trial_id=answer.json()["trial_id"])]


def test_what_came_of_it_is_in_the_managers_view(hall):
    tried = DeviceTried(device_id="K01.printer", trial_id="t1", passed=False, cause="paper_out")

    async def ask(http):
        hall.live.hear_trial(tried)
        await asyncio.sleep(0.01)
        return await http.get("/api/v1/manager")

    (told,) = served(hall, ask).json()["tried"]

    assert (told["device_id"], told["passed"], told["cause"]) == ("K01.printer", False, "paper_out")


def test_a_device_that_never_reported_cannot_be_tried(hall):
    async def ask(http):
        hall.broker_connected = True
        return await http.post("/api/v1/devices/K09.printer/try")

    answer = served(hall, ask)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_device")
    assert hall.told == []


def test_what_is_no_device_is_not_tried(hall):
    async def ask(http):
        hall.broker_connected = True
        hall.live.hear_device(DeviceHealth(device_id="K01", kind="kiosk", status="ok"))
        await asyncio.sleep(0.01)
        return await http.post("/api/v1/devices/K01/try")

    answer = served(hall, ask)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_to_be_tried")
    assert hall.told == []


def test_without_the_broker_nobody_can_be_asked(hall):
    async def ask(http):
        hall.live.hear_device(PRINTER)
        await asyncio.sleep(0.01)
        return await http.post("/api/v1/devices/K01.printer/try")

    answer = served(hall, ask)

    assert (answer.status_code, answer.json()["code"]) == (503, "broker_away")
    assert hall.told == []
