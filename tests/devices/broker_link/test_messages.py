"""What is told over the broker, as it is heard and as it is on the wire."""

import json
import threading

from hall.counter import CounterStatus
from hall.messages import CounterState, LevelPressed, QueueState
from tests.devices.broker_link.said import health, press, queue_state
from tests.waiting import until


def test_what_is_told_is_heard_as_the_same_message(connect):
    heard = []
    listener = connect("listener", hears={QueueState: heard.append, LevelPressed: heard.append})
    assert listener.wait_connected(5)

    teller = connect("teller")
    teller.tell(queue_state(3))
    teller.tell(press(1))

    until(lambda: len(heard) == 2)
    assert heard == [queue_state(3), press(1)]


def test_on_the_wire_a_message_is_a_cloud_event_on_its_own_topic_and_names_its_sender(connect, wire):
    connect("K01").tell(health("ok"))

    until(lambda: wire.seen)
    packet = wire.seen[0]
    body = json.loads(packet.payload)
    assert (packet.topic, packet.qos) == ("hq/v1/test-hall/device/K01/state", 1)
    assert (body["source"], body["type"]) == ("/halls/test-hall/K01", "hallq.DeviceHealth")
    assert body["data"] == {"type": "DeviceHealth", "device_id": "K01", "kind": "kiosk", "status": "ok", "cause": None,
                            "mend": None, "detail": None, "tries": 0, "key_fingerprint": None}  # fmt: skip


def test_a_state_reaches_those_who_come_later_and_an_event_does_not(connect):
    teller, heard = connect("teller"), []
    teller.tell(press(1))
    teller.tell(queue_state(4))
    echo = []
    assert connect("first", hears={QueueState: echo.append}).wait_connected(5)
    until(lambda: echo)

    connect("later", hears={QueueState: heard.append, LevelPressed: heard.append})

    until(lambda: heard)
    assert heard == [queue_state(4)]


def test_many_threads_may_tell_at_once_and_the_last_state_of_each_stands(connect):
    newest, lock = {}, threading.Lock()

    def note(state):
        with lock:
            newest[state.counter_no] = state.revision

    assert connect("listener", hears={CounterState: note}).wait_connected(5)
    teller = connect("teller")

    def tell_all(counter_no):
        for revision in range(1, 51):
            teller.tell(
                CounterState(
                    counter_no=counter_no, revision=revision, status=CounterStatus.IDLE, text="", flashing=False
                )
            )

    threads = [threading.Thread(target=tell_all, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    until(lambda: newest == {str(n): 50 for n in range(6)})
