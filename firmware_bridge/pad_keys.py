"""What a clerk's key asks of the server, by what the counter is doing. Pure; what the table lacks is not asked.

The clerk is whoever is signed in at the counter: so it is for every command of a counter, and the server decides.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from devices.call_pads.messages import PadKey
from hall import messages as m
from hall.counter import CounterStatus

REASON = "call_pad"
"""Kept with holds, pauses and chosen calls: a pad has no key for reasons."""


class Order(StrEnum):
    """What a pad can have done."""

    CALL_NEXT = "call_next"
    RECALL = "recall"
    START = "start"
    COMPLETE = "complete"
    MISSED = "missed"
    HOLD = "hold"
    CALL_HELD = "call_held"
    PAUSE = "pause"
    RESUME = "resume"


IDLE, CALLING, SERVING, RATING, PAUSED = (
    CounterStatus.IDLE,
    CounterStatus.CALLING,
    CounterStatus.SERVING,
    CounterStatus.RATING,
    CounterStatus.PAUSED,
)
ORDERS: Mapping[PadKey, Mapping[CounterStatus, Order]] = MappingProxyType(
    {
        PadKey.CALL: {IDLE: Order.CALL_NEXT, RATING: Order.CALL_NEXT},
        PadKey.RECALL: {CALLING: Order.RECALL},
        PadKey.CONFIRM: {CALLING: Order.START},
        PadKey.ASK_RATING: {CALLING: Order.COMPLETE, SERVING: Order.COMPLETE},
        PadKey.GIVE_UP: {CALLING: Order.MISSED},
        PadKey.HOLD: {CALLING: Order.HOLD, SERVING: Order.HOLD},
        PadKey.CALL_BACK: {IDLE: Order.CALL_HELD, RATING: Order.CALL_HELD},
        PadKey.PAUSE: {IDLE: Order.PAUSE, RATING: Order.PAUSE, PAUSED: Order.RESUME},
    }
)
"""Cancel, notice and transfer are missing: a pad cannot say where a visitor is sent, and a call is not taken back."""


def order_of(key: PadKey, status: CounterStatus | None) -> Order | None:
    """What a key asks for now; None when that is nothing. A counter without a known status can do nothing."""
    return None if status is None else ORDERS.get(key, {}).get(status)


def command_of(order: Order, command_id: str, counter_no: str, held_ticket: str) -> m.AnyCommand:
    """The command to the server.

    Args:
        held_ticket: the ticket id that `CALL_HELD` is about.
    """
    if order is Order.CALL_HELD:
        return m.CallTicket(command_id=command_id, counter_no=counter_no, ticket_id=held_ticket, reason=REASON)
    if order is Order.HOLD:
        return m.HoldTicket(command_id=command_id, counter_no=counter_no, reason=REASON)
    if order is Order.PAUSE:
        return m.PauseCounter(command_id=command_id, counter_no=counter_no, reason=REASON)
    return WITHOUT_MORE[order](command_id=command_id, counter_no=counter_no)


Plain = type[m.CallNext | m.Recall | m.StartService | m.CompleteService | m.MarkMissed | m.ResumeCounter]
WITHOUT_MORE: Mapping[Order, Plain] = MappingProxyType(
    {
        Order.CALL_NEXT: m.CallNext,
        Order.RECALL: m.Recall,
        Order.START: m.StartService,
        Order.COMPLETE: m.CompleteService,
        Order.MISSED: m.MarkMissed,
        Order.RESUME: m.ResumeCounter,
    }
)
