"""Topics and bodies of the hall's messages: nothing is lost on the way, and nothing refused is repeated."""

import random
import re
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from hall import topics
from hall.counter import CounterStatus
from hall.messages import (
    BarShown,
    CounterState,
    DeviceHealth,
    DeviceTried,
    LevelPressed,
    QueueState,
    Told,
    TryDevice,
)
from hall.rating import RatingLevel
from hall.topics import MalformedMessage

NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ONE_OF_EACH = [
    CounterState(counter_no="3", revision=7, status=CounterStatus.CALLING, text="请A001号", flashing=True, call_id="c"),
    BarShown(counter_no="3", revision=7, text="请A001号", call_id="c"),
    QueueState(prefix="A", revision=7, waiting=12),
    LevelPressed(press_id="p", counter_no="3", rating_id="r", level=RatingLevel.DISSATISFIED),
    DeviceHealth(device_id="K01.printer", kind="printer", status="fault", cause="paper_out", mend="put in paper"),
    TryDevice(device_id="K01.printer", trial_id="t"),
    DeviceTried(device_id="K01.printer", trial_id="t", passed=False, cause="paper_out"),
]


def body(data: str) -> bytes:
    return f'{{"id": "1", "source": "/x", "type": "t", "time": "2026-03-02T12:00:00Z", "data": {data}}}'.encode()


def test_no_message_type_is_left_out_above():
    assert {type(message) for message in ONE_OF_EACH} == set(get_args(Told)) == set(topics.ROUTES)


@pytest.mark.parametrize("message", ONE_OF_EACH, ids=lambda message: type(message).__name__)
def test_every_message_comes_back_as_it_was_with_its_sender_and_its_time(message):
    envelope = topics.decode(topics.encode(message, message_id="1", source="/halls/x/server", time=NOON))

    assert envelope.data == message
    assert (envelope.id, envelope.source, envelope.time) == ("1", "/halls/x/server", NOON)
    assert envelope.type == f"hallq.{type(message).__name__}"


@pytest.mark.parametrize("message", ONE_OF_EACH, ids=lambda message: type(message).__name__)
def test_a_messages_topic_is_one_that_its_filter_hears_and_no_other_types_does(message):
    topic = topics.topic_of("test-hall", message)

    hearing = [kind for kind in topics.ROUTES if heard_by(topics.topic_filter("test-hall", kind), topic)]

    assert hearing == [type(message)]


def heard_by(topic_filter: str, topic: str) -> bool:
    return re.fullmatch(re.escape(topic_filter).replace(r"\+", "[^/]+"), topic) is not None


def test_states_are_retained_and_events_and_acks_are_not():
    retained = {type(message) for message in ONE_OF_EACH if topics.is_retained(message)}

    assert retained == {CounterState, QueueState, DeviceHealth}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[1, 2",
        b"\xff\xfe",
        b'{"id": "\xff"}',
        b"[" * 8000,
        body("null"),
        body('{"type": "Nobody"}'),
        body('{"type": "QueueState", "prefix": "A", "revision": "7", "waiting": 1}'),
    ],
)
def test_what_is_no_message_is_refused(payload):
    with pytest.raises(MalformedMessage):
        topics.decode(payload)


@pytest.mark.parametrize(
    "data",
    [
        '{"type": "11010519491231002X"}',
        '{"type": "LevelPressed", "press_id": "", "counter_no": "", "rating_id": "", "level": "11010519491231002X"}',
        '{"type": "LevelPressed", "press_id": "", "counter_no": "", "rating_id": "", "level": "it\'s 张三\'s"}',
    ],
)
def test_a_refusal_says_where_and_repeats_nothing(data):
    with pytest.raises(MalformedMessage, match=r"\$\.data") as caught:
        topics.decode(body(data))

    assert "11010519491231002X" not in str(caught.value)
    assert "张三" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("seed", range(50))
def test_one_wrong_byte_is_a_message_or_a_refusal_and_nothing_else(seed):
    rng = random.Random(seed)
    payload = bytearray(topics.encode(rng.choice(ONE_OF_EACH), message_id="1", source="/x", time=NOON))
    payload[rng.randrange(len(payload))] = rng.randrange(256)

    try:
        assert isinstance(topics.decode(bytes(payload)).data, Told)
    except MalformedMessage:
        return
