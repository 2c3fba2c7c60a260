"""Histories that were broken on purpose: slots, appointments and check-ins."""

from collections.abc import Callable

from hall import messages as m
from hall.rules import PersonRules
from tests.commands.simulate.histories.pieces import booked, booked_for, under
from tests.commands.simulate.stories import DAY, Story

WRONG: dict[str, tuple[str, Callable[[], Story]]] = {
    # ---- slots
    "more are booked for a counter than it has time for": ("slots", lambda: booked_for(*["H-2"] * 4)),
    "a counter is promised to two of its queues": ("slots", lambda: booked_for(*["H-2"] * 3, *["A-2"] * 4)),
    "a matter's few counters are promised to the others": ("slots", lambda: booked_for(*["A-1"] * 4, *["A-2"] * 7)),
    # ---- appointments
    "a check-in without the document that the queue asks for": (
        "identity",
        lambda: booked(item="R-1").issue("R001", person="p", appointment_no="Y0001"),
    ),
    "an appointment of somebody who is banned": (
        "appointments",
        lambda: booked(story=Story().tell(m.PersonBanned(person="p", until=DAY, reason="-", by="T9"))),
    ),
    "two appointments of one person on a day": ("appointments", lambda: booked("Y0002", booked())),
    "an appointment beyond the tickets of a day": (
        "appointments",
        lambda: booked(story=under(persons=PersonRules(most_a_day=1)).issue("A001", person="p")),
    ),
    "an appointment's number twice": ("appointments", lambda: booked(story=booked())),
    "a second ticket for an appointment": (
        "appointments",
        lambda: booked().issue("A001", appointment_no="Y0001", person="p").issue("A002", appointment_no="Y0001"),
    ),
    "a ticket for a cancelled appointment": (
        "appointments",
        lambda: (
            booked()
            .tell(m.AppointmentCancelled(appointment_no="Y0001"))
            .issue("A001", appointment_no="Y0001", person="p")
        ),
    ),
    "an appointment of somebody else": (
        "appointments",
        lambda: booked().issue("A001", appointment_no="Y0001", person="q"),
    ),
}
"""What is wrong, the check that must say so, and the story."""
