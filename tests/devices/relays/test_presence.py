"""A sensor is believed once it has said the same for long enough."""

import itertools
import random

import pytest

from devices.relays.presence import Presence, PresenceEvent

PRESENT, LEFT = PresenceEvent.PRESENT, PresenceEvent.LEFT


def events(*heard, present_after_s=0.3, left_after_s=5.0):
    presence = Presence(present_after_s=present_after_s, left_after_s=left_after_s)
    said = [(now_s, presence.hear(is_active=is_active, now_s=now_s)) for now_s, is_active in heard]
    return [(now_s, event) for now_s, event in said if event is not None]


def test_somebody_comes_and_goes():
    heard = [(0, False), (1, True), (1.2, True), (1.4, True), (9, False), (13, False), (14.5, False), (20, False)]

    assert events(*heard) == [(1.4, PRESENT), (14.5, LEFT)]


def test_a_sleeve_is_nobody_and_who_bends_down_has_not_left():
    assert events((0, True), (0.2, False), (0.4, True), (0.6, False)) == []
    assert events((0, True), (1, True), (2, False), (6.9, False), (7.0, True), (8, False), (12, False)) == [
        (1, PRESENT)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_events_alternate_whatever_the_sensor_does(seed):
    rng, now_s, heard = random.Random(seed), 0.0, []
    for _ in range(500):
        now_s += rng.random() * 2
        heard.append((now_s, rng.random() < 0.5))

    kinds = [event for _now_s, event in events(*heard, left_after_s=1.0)]

    assert kinds[:1] in ([], [PRESENT])
    assert all(a is not b for a, b in itertools.pairwise(kinds))
