"""The link to the hall's MQTT broker: tells messages, hears messages, and puts itself right after every gap.

The broker forgets sessions, and retained states too, when it restarts, and drops what waits too long, so nothing
relies on it: the newest state of each topic is remembered here and told again after each connect, and every
subscription is made again, which delivers the retained states again. A connect counts once the broker has answered
the subscriptions: the client library resends what was not acknowledged before that, and a state resent by it must
not come after a newer one.
"""

import logging
import socket
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hall import topics
from hall.clock import Clock
from hall.messages import DeviceHealth, Told

logger = logging.getLogger(__name__)

KEEPALIVE_S = 10
MOST_EVENTS_KEPT = 10_000  # events and acks told while the broker is away; states are kept per topic


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is and how it is told who calls; `repr` shows no password."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class BrokerLink:
    """One connection to the broker, shared by all of a process."""

    def __init__(
        self,
        hall_id: str,
        client_name: str,
        address: BrokerAddress,
        clock: Clock,
        *,
        will: DeviceHealth | None = None,
    ) -> None:
        """Prepare the link; nothing is opened before `start()`.

        Args:
            hall_id: the hall's id, part of every topic.
            client_name: names this process in topics' sources and at the broker, e.g. "server" or "K01".
            address: where the broker is.
            clock: dates the messages.
            will: what the broker tells when this process dies.
        """
        self._hall_id = hall_id
        self._source = f"/halls/{hall_id}/{client_name}"
        self._address = address
        self._clock = clock
        self._handlers: dict[type[Struct], Callable[[Any], None]] = {}
        self._lock = threading.Lock()
        self._states: dict[str, Told] = {}  # the newest of each topic
        self._kept_events: list[Told] = []
        self._connected = threading.Event()
        self._is_missed = False  # whether it was said that nobody answers
        # Nobody tells anything there yet: whoever hears nothing subscribes all the same, to be answered (see above).
        self._filter_of_its_own = f"{topics.ROOT}/{hall_id}/device/{client_name}/cmd"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"hallq-{hall_id}-{client_name}",
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if will is not None:
            self._client.will_set(topics.topic_of(hall_id, will), self._payload(will), qos=1, retain=True)
        self._client.reconnect_delay_set(min_delay=1, max_delay=2)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._connected_now
        self._client.on_connect_fail = self._not_connected
        self._client.on_subscribe = self._subscribed_now
        self._client.on_disconnect = self._disconnected_now
        self._client.on_message = self._heard

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._connected.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the broker; returns whether it is there."""
        return self._connected.wait(timeout_s)

    def hear(self, message_type: type[Struct], handler: Callable[[Any], None]) -> None:
        """Call `handler` in the link's thread with each message of a type; before `start()`.

        The broker's message is acknowledged once the handler has returned; a handler that raises is logged.
        """
        self._handlers[message_type] = handler

    def start(self) -> None:
        """Begin to connect; never waits."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def tell(self, message: Told) -> None:
        """Publish with QoS 1 and return at once; what cannot be sent now is sent after the next connect.

        A state is sent after every connect until a newer one of its topic is told.
        """
        with self._lock:  # so that the order of remembering is the order of sending
            is_state = topics.is_retained(message)
            if is_state:
                self._states[topics.topic_of(self._hall_id, message)] = message
            if self._connected.is_set():
                self._publish(message)
            elif not is_state:
                self._keep(message)

    def close(self) -> None:
        """Say goodbye (no will is told) and stop."""
        self._client.disconnect()
        self._client.loop_stop()

    # ---- in the link's thread -----------------------------------------------------------------------------------

    def _connected_now(self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _props: object) -> None:
        if reason.is_failure:
            logger.warning("broker: refused the connection: %s", reason)
            return
        filters = [topics.topic_filter(self._hall_id, message_type) for message_type in self._handlers]
        client.subscribe([(name, SubscribeOptions(qos=1)) for name in (self._filter_of_its_own, *filters)])

    def _subscribed_now(
        self, _client: object, _data: object, _mid: int, reasons: Sequence[Any], _props: object
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                logger.error("broker: refused a subscription: %s", reason)
        with self._lock:
            for message in (*self._states.values(), *self._kept_events):
                self._publish(message)
            self._kept_events.clear()
            self._connected.set()
        self._is_missed = False
        logger.info("broker: connected")

    def _not_connected(self, _client: object, _data: object) -> None:
        if not self._is_missed:
            where = f"{self._address.host}:{self._address.port}"
            logger.warning("broker: nobody answers at %s: is mosquitto running? trying again until it does", where)
        self._is_missed = True

    def _disconnected_now(self, _client: object, _data: object, _flags: object, reason: Any, _props: object) -> None:
        self._connected.clear()
        log = logger.warning if reason.is_failure else logger.info
        log("broker: connection ended: %s", reason)

    def _heard(self, client: mqtt.Client, _data: object, packet: mqtt.MQTTMessage) -> None:
        try:
            message = topics.decode(bytes(packet.payload)).data
            handler = self._handlers.get(type(message))
            if handler is not None:
                handler(message)
        except topics.MalformedMessage as exc:
            logger.warning("broker: malformed message on %s ignored: %s", packet.topic, exc)
        except Exception:
            logger.exception("broker: handling a message on %s failed", packet.topic)
        client.ack(packet.mid, packet.qos)

    # ---- sending --------------------------------------------------------------------------------------------------

    def _publish(self, message: Told) -> None:
        """Hand a message to the client library; with the lock held."""
        topic = topics.topic_of(self._hall_id, message)
        info = self._client.publish(topic, self._payload(message), qos=1, retain=topics.is_retained(message))
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            logger.error("broker: the sending queue is full; a message on %s was dropped", topic)

    def _keep(self, message: Told) -> None:
        if len(self._kept_events) < MOST_EVENTS_KEPT:
            self._kept_events.append(message)
        else:
            logger.error("broker: away for too long; an event was dropped")

    def _payload(self, message: Told) -> bytes:
        return topics.encode(message, message_id=str(uuid.uuid4()), source=self._source, time=self._clock.now())


def _send_at_once(_client: object, _data: object, connection: Any) -> None:
    """Small messages must not wait for the last one's acknowledgement: that alone made calls 80 ms late."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
