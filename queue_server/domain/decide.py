"""What a command leads to: `decide(hall, command, now, new_id)` gives events or raises a `Refusal`. It changes nothing.

The last event of a decision is the command's answer.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hall import messages as m
from queue_server.domain.decisions import (
    appointments,
    calling,
    counters,
    days,
    issuing,
    leases,
    people,
    ratings,
    serving,
    tickets,
)
from queue_server.domain.decisions.asking import NewId
from queue_server.domain.hall_day import HallDay
from queue_server.domain.refusals import Refusal

Decision = Callable[[HallDay, Any, datetime, NewId], list[m.AnyEvent]]


def decide(hall: HallDay, command: m.AnyCommand, now: datetime, new_id: NewId) -> list[m.AnyEvent]:
    """Decide one command.

    Args:
        hall: the state; it is only read.
        command: what is asked for.
        now: aware, in the hall's zone, as `believed_time` gave it.
        new_id: makes a fresh UUID for a ticket, a rating or a lease.

    Returns:
        At least one event; the last one is the answer.

    Raises:
        Refusal: the rules do not allow it.
    """
    return DECISIONS[type(command)](hall, command, now, new_id)


def audited(command: m.AnyCommand, refusal: Refusal) -> m.RuleApplied | None:
    """What the journal keeps of a refusal: that a chosen rule said no, to whom, and nothing about the visitor."""
    if not refusal.is_rule:
        return None
    asked = (getattr(command, name, None) for name in ("counter_no", "kiosk_id", "by", "channel"))
    place = next((name for name in asked if name), "")
    return m.RuleApplied(rule=refusal.code, command=type(command).__name__, place=place, prefix=refusal.prefix)


DECISIONS: dict[type[m.Command], Decision] = {
    m.StartDay: days.start_day,
    m.CloseDay: days.close_day,
    m.ReopenDay: days.reopen_day,
    m.ConfirmClock: days.confirm_clock,
    m.IssueTicket: issuing.issue,
    m.CancelTicket: tickets.cancel,
    m.ChangePriority: tickets.change_priority,
    m.MarkTicket: tickets.mark,
    m.RedirectTicket: tickets.redirect,
    m.RequeueTicket: tickets.requeue,
    m.ReturnHeld: tickets.return_held,
    m.ReleaseTicket: tickets.release,
    m.ReportPrint: tickets.report_print,
    m.LeaseNumbers: leases.lease_numbers,
    m.MergeTicket: leases.merge_ticket,
    m.BookAppointment: appointments.book,
    m.CancelAppointment: appointments.cancel,
    m.RebookAppointment: appointments.rebook,
    m.CheckIn: appointments.check_in,
    m.BanPerson: people.ban,
    m.LiftBan: people.lift_ban,
    m.OpenCounter: counters.open_counter,
    m.CloseCounter: counters.close_counter,
    m.PauseCounter: counters.pause_counter,
    m.ResumeCounter: counters.resume_counter,
    m.GrantAbility: counters.grant_ability,
    m.RevokeAbility: counters.revoke_ability,
    m.PreviewNext: calling.preview_next,
    m.PutBack: calling.put_back_previewed,
    m.CallNext: calling.call_next,
    m.CallTicket: calling.call_ticket,
    m.Recall: calling.recall,
    m.StartService: serving.start_service,
    m.MarkMissed: serving.mark_missed,
    m.HoldTicket: serving.hold,
    m.TransferTicket: serving.transfer,
    m.SendBack: serving.send_back,
    m.AddMatter: serving.add_matter,
    m.CompleteService: serving.complete,
    m.Rate: ratings.rate,
    m.CloseRating: ratings.close_rating,
}
