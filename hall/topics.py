"""Which MQTT topic carries which message: `hq/v1/{hall}/{kind}/{id}/{state|event|cmd|ack}`, and its JSON body.

The body is a CloudEvents 1.0 envelope in structured mode; `data` is the message, tagged with its type.
"""

import re
from datetime import datetime

from msgspec import DecodeError, Struct, json

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

ROOT = "hq/v1"

ROUTES: dict[type[Struct], tuple[str, str, str]] = {  # message: (kind, field that names the thing, leaf)
    CounterState: ("counter", "counter_no", "state"),
    BarShown: ("counter", "counter_no", "ack"),
    QueueState: ("queue", "prefix", "state"),
    LevelPressed: ("evaluator", "counter_no", "event"),
    DeviceHealth: ("device", "device_id", "state"),
    TryDevice: ("device", "device_id", "cmd"),
    DeviceTried: ("device", "device_id", "ack"),
}


class MalformedMessage(ValueError):
    """A payload that is not one of the hall's messages; the text says where and never repeats what it holds."""


class Envelope(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0 attributes round one message. `id` is unique for each `source`."""

    id: str
    source: str  # e.g. "/halls/sample-city/server"
    type: str  # e.g. "hallq.CounterState"
    time: datetime
    data: Told
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


QUOTED = re.compile(r"'.*'", re.DOTALL)  # how msgspec repeats a value that it refuses

_encoder = json.Encoder()
_decoder = json.Decoder(Envelope)


def topic_of(hall_id: str, message: Told) -> str:
    """The topic a message is published on."""
    kind, field, leaf = ROUTES[type(message)]
    return f"{ROOT}/{hall_id}/{kind}/{getattr(message, field)}/{leaf}"


def topic_filter(hall_id: str, message_type: type[Struct]) -> str:
    """The filter that hears every message of one type in a hall."""
    kind, _field, leaf = ROUTES[message_type]
    return f"{ROOT}/{hall_id}/{kind}/+/{leaf}"


def is_retained(message: Told) -> bool:
    """Whether the broker keeps the message for whoever subscribes later: states are, events and acks are not."""
    return ROUTES[type(message)][2] == "state"


def encode(message: Told, *, message_id: str, source: str, time: datetime) -> bytes:
    """Wrap a message for the wire."""
    envelope = Envelope(id=message_id, source=source, type=f"hallq.{type(message).__name__}", time=time, data=message)
    return _encoder.encode(envelope)


def decode(payload: bytes) -> Envelope:
    """Unwrap what came over the wire.

    Raises:
        MalformedMessage: not JSON, not UTF-8, not an envelope, or not one of the hall's messages.
    """
    try:
        return _decoder.decode(payload)
    except DecodeError as exc:
        raise MalformedMessage(QUOTED.sub("…", str(exc))) from None  # the cause would hold the value
    except RecursionError:
        raise MalformedMessage("it is nested too deeply") from None
    except UnicodeDecodeError as exc:
        raise MalformedMessage(f"a text is not UTF-8: {exc.reason}") from None
