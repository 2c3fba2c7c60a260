"""The server as a process with a speech module on a real line: a clerk's call is said, and its health is told."""

import contextlib

from devices.sim_line import PtyLine
from devices.speakers.sim_syn6288 import SimSyn6288
from tests.queue_server.pages.conftest import HallProcess, mosquitto
from tests.waiting import until


def test_a_call_is_said_by_the_module_and_its_health_is_told(tmp_path):
    chip = SimSyn6288()
    with contextlib.closing(PtyLine(chip, tmp_path / "speech-s01")):
        speech = f'output = "syn6288"\nsyn6288 = {{ port = "{tmp_path / "speech-s01"}", volume = 12 }}'
        hall = HallProcess(tmp_path, lambda text: text.replace('output = "off"', speech))
        with mosquitto(tmp_path, hall.broker_port):
            hall.start()
            try:
                until(lambda: health_of(hall, "server.speaker") == "ok", within_s=15)
                hall.ticket("A")

                number = hall.counter(1, "call-next")["event"]["display_number"]

                until(lambda: chip.said == [f"请{number}号到1号窗口办理"] * 2, within_s=15)
                assert chip.tags["v"] == 12
            finally:
                hall.end()


def health_of(hall, device_id):
    devices = hall.get("/manager")["devices"]
    return next((device["status"] for device in devices if device["device_id"] == device_id), None)
