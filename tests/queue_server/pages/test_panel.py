"""The clerk's buttons agree with what the rules decide."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hall import messages as m
from hall.catalogue import Counter, HallPlan, Queue, ServiceItem, TimeClass, Zone
from hall.counter import CounterKind, CounterStatus
from hall.rules import CallRules, HallRules
from queue_server.domain.decide import decide
from queue_server.domain.evolve import evolve
from queue_server.domain.hall_day import HallDay
from queue_server.domain.record import Record
from queue_server.domain.refusals import Refusal
from queue_server.pages.panel import BUTTONS, KEYS

NOW = datetime(2025, 3, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLAN = HallPlan.of(
    "h",
    "厅",
    "Hall",
    zones=[Zone("A", "区", "Zone", 1)],
    queues=[Queue("A", "队", "Queue", "A")],
    counters=[Counter("1", CounterKind.COMPREHENSIVE, "A", ("A",))],
    items=[ServiceItem("I1", "事", "Item", "D", "0" * 31, "A", TimeClass.SHORT)],
    rules=HallRules(calls=CallRules(spacing_s=0)),
    kiosks=["K01"],
)
COMMANDS = {
    "open": m.OpenCounter(command_id="c-open", counter_no="1", staff_no="9001"),
    "take-over": m.OpenCounter(command_id="c-take", counter_no="1", staff_no="9001", take_over=True),
    "call-next": m.CallNext(command_id="c-call", counter_no="1"),
    "recall": m.Recall(command_id="c-recall", counter_no="1"),
    "start": m.StartService(command_id="c-start", counter_no="1"),
    "missed": m.MarkMissed(command_id="c-missed", counter_no="1"),
    "complete": m.CompleteService(command_id="c-complete", counter_no="1"),
    "pause": m.PauseCounter(command_id="c-pause", counter_no="1", reason="meal"),
    "resume": m.ResumeCounter(command_id="c-resume", counter_no="1"),
    "close": m.CloseCounter(command_id="c-close", counter_no="1"),
}
WAYS = {
    CounterStatus.CLOSED: (),
    CounterStatus.IDLE: ("open",),
    CounterStatus.CALLING: ("open", "call-next"),
    CounterStatus.SERVING: ("open", "call-next", "start"),
    CounterStatus.RATING: ("open", "call-next", "start", "complete"),
    CounterStatus.PAUSED: ("open", "pause"),
}
ALLOWED_BUT_POINTLESS = {
    (status, way) for way in ("open", "take-over") for status in CounterStatus if status is not CounterStatus.CLOSED
} | {(CounterStatus.PAUSED, "pause")}


def hall_after(*names: str) -> HallDay:
    hall = HallDay(PLAN, rules=PLAN.rules)
    tickets = [m.IssueTicket(command_id=f"t{n}", item_key="I1", kiosk_id="K01") for n in range(2)]
    for command in (m.StartDay(command_id="day"), *tickets, *(COMMANDS[name] for name in names)):
        new_id = iter(f"id{hall.seq}-{n}" for n in range(9)).__next__
        for event in decide(hall, command, NOW, new_id):
            evolve(hall, Record(seq=hall.seq + 1, at=NOW, command_id=command.command_id, event=event))
    return hall


def is_accepted(hall: HallDay, name: str) -> bool:
    try:
        decide(hall, COMMANDS[name], NOW, lambda: "id")
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("status", list(CounterStatus))
def test_exactly_the_sensible_commands_of_a_status_have_a_button(status):
    hall = hall_after(*WAYS[status])
    assert hall.counters["1"].status is status

    accepted = {name for name in COMMANDS if is_accepted(hall, name)}

    pointless = {name for other, name in ALLOWED_BUT_POINTLESS if other is status}
    assert set(BUTTONS[status]) == accepted - pointless


def test_each_key_presses_one_button():
    assert len(set(KEYS.values())) == len(KEYS)
    assert set(KEYS) <= set(COMMANDS)
