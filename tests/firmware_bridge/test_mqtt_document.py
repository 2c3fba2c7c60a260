"""docs/protocol/mqtt.md is what others write their clients from: its examples and its table must be ours."""

import json
import re
from pathlib import Path

import pytest

from hall import topics
from hall.messages import CounterState, DeviceHealth, LevelPressed

TEXT = (Path(__file__).parents[2] / "docs" / "protocol" / "mqtt.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^`(\w+)` on `(\S+)`:\n\n```json\n(.*?)\n```", TEXT, re.DOTALL | re.MULTILINE)


def test_there_is_an_example_of_a_state_an_event_and_a_health():
    assert [name for name, _, _ in EXAMPLES] == [t.__name__ for t in (CounterState, LevelPressed, DeviceHealth)]


@pytest.mark.parametrize(("name", "topic", "body"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_the_examples_are_understood_and_belong_on_their_topics(name, topic, body):
    envelope = topics.decode(body.encode())

    assert type(envelope.data).__name__ == name
    assert envelope.type == f"hallq.{name}"
    assert topics.topic_of("sample-city", envelope.data) == topic


@pytest.mark.parametrize(("name", "topic", "body"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_the_examples_hold_what_we_send_and_nothing_else(name, topic, body):
    envelope, shown = topics.decode(body.encode()), json.loads(body)

    sent = json.loads(topics.encode(envelope.data, message_id=envelope.id, source=envelope.source, time=envelope.time))

    assert sent["data"] == shown["data"]
    assert set(shown) <= set(sent)


def test_the_table_of_topics_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\S+)` \| (yes|no) \|", TEXT, re.MULTILINE)

    coded = {
        (message.__name__, f"{topics.ROOT}/{{hall}}/{kind}/{{{field}}}/{leaf}", "yes" if leaf == "state" else "no")
        for message, (kind, field, leaf) in topics.ROUTES.items()
    }

    assert set(rows) == coded
