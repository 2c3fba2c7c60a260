"""A counter's sign and its retained state say the same, step by step of a visit."""

import pytest

from hall import messages as m
from hall.texts import ENGLISH
from queue_server.adapters.mqtt import counter_state
from queue_server.service.sign_view import sign_view
from settings.locale import texts_in
from tests.queue_server.domain.test_representatives import draw, hall_where

CHINESE = texts_in("zh_CN")


@pytest.fixture
def hall():
    return hall_where()


def told(hall):
    sign, state = sign_view(hall.day, "1", [CHINESE, ENGLISH]), counter_state(hall.day, "1", CHINESE, "incarnation")
    assert (sign.revision, sign.status, sign.call_id) == (state.revision, state.status, state.call_id)
    assert sign.lines[0] == state.text
    return sign, state


def test_whoever_is_called_or_served_is_there_by_number(hall):
    draw(hall)
    sign, state = told(hall)
    assert sign.display_number is state.display_number is None

    hall.call("1")
    sign, state = told(hall)
    assert sign.display_number == state.display_number
    assert f"请{sign.display_number}号到1号窗口办理" == sign.lines[0]
    assert sign.lines[1] == f"Ticket {sign.display_number}, please go to window 1"

    hall.ask(m.StartService, counter_no="1")
    sign, state = told(hall)
    assert sign.display_number == state.display_number
    assert sign.display_number
    assert sign.call_id is None


def test_a_pause_names_no_visitor(hall):
    hall.ask(m.PauseCounter, counter_no="1", reason="meal")

    sign, _state = told(hall)

    assert sign.display_number is None
    assert sign.lines == ["暂停服务，请到其他窗口办理", "Service paused, please use another window"]
