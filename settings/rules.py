"""[rules] of a site file: what the hall decides about order, calls, missed visitors, people and the clock."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from hall.appointment import AppointmentRules
from hall.rules import (
    CallRules,
    ClockRules,
    GreenGroup,
    HallRules,
    HoldRules,
    LeaseRules,
    MissedRules,
    OneTicket,
    OrderPolicy,
    OrderRules,
    PersonRules,
    RatingRules,
    TransferRules,
)
from settings.table import Table

Name = Annotated[str, Field(min_length=1, max_length=60)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Minutes = Annotated[float, Field(ge=0, le=24 * 60)]


class GreenGroupTable(Table):
    """[[rules.order.green_groups]]: who is admitted to the green channel."""

    key: Key
    name: Name
    name_en: Name
    from_age: Annotated[int, Field(ge=1, le=120)] | None = None


class OrderTable(Table):
    """[rules.order]: whom a counter calls next."""

    policy: OrderPolicy = OrderPolicy.STRICT
    most_in_a_row: Annotated[int, Field(ge=0, le=100)] = 3  # 0: priority always goes first
    green_head_start_min: Minutes = 30
    booked_head_start_min: Minutes = 20
    preference_step_min: Minutes = 0
    green_groups: tuple[GreenGroupTable, ...] | None = None  # None: those of the regional rules

    @model_validator(mode="after")
    def _keys_differ(self) -> "OrderTable":
        keys = [group.key for group in self.green_groups or ()]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a green group's key is given twice: {', '.join(keys)}")
        return self


class CallsTable(Table):
    """[rules.calls]: calling and calling again."""

    most_calls: Annotated[int, Field(ge=1, le=20)] = 3
    spacing_s: Annotated[float, Field(ge=0, le=600)] = 20
    may_choose: bool = True
    may_preview: bool = True
    preview_s: Annotated[float, Field(ge=5, le=3600)] = 60


class MissedTable(Table):
    """[rules.missed]: visitors who did not come."""

    back_after: Annotated[int, Field(ge=0, le=100)] = 3  # 0: the ticket is void at once
    most_returns: Annotated[int, Field(ge=0, le=10)] = 1
    grace_s: Annotated[float, Field(ge=0, le=3600)] = 90
    may_requeue: bool = True
    may_call: bool = True
    least_calls: Annotated[int, Field(ge=1, le=20)] = 3
    least_wait_s: Annotated[float, Field(ge=0, le=600)] = 90
    void_is_final: bool = True


class HoldTable(Table):
    """[rules.hold]: visitors who step aside."""

    longest_min: Annotated[float, Field(gt=0, le=24 * 60)] = 120
    most_a_counter: Annotated[int, Field(ge=0, le=100)] = 5


class PersonsTable(Table):
    """[rules.persons]: what one person may hold."""

    one_ticket: OneTicket = OneTicket.A_QUEUE
    most_a_day: Annotated[int, Field(ge=0, le=1000)] = 5  # 0: no limit
    largest_party: Annotated[int, Field(ge=1, le=500)] = 20
    most_items: Annotated[int, Field(ge=1, le=20)] = 5
    may_represent: bool = True


class LeasesTable(Table):
    """[rules.leases]: numbers for kiosks that may lose the server."""

    largest_block: Annotated[int, Field(ge=1, le=1000)] = 50
    most_open: Annotated[int, Field(ge=1, le=20)] = 4


class ClockRulesTable(Table):
    """[rules.clock]: how far the server's clock is believed."""

    step_back_s: Annotated[float, Field(ge=0, le=3600)] = 120
    longest_gap_days: Annotated[int, Field(ge=1, le=366)] = 31


class RatingsTable(Table):
    """[rules.ratings]: how ratings end."""

    least_s: Annotated[float, Field(ge=0, le=120)] = 0


class TransfersTable(Table):
    """[rules.transfers]: visitors who are sent on."""

    paused_wait_min: Minutes = 10


class RulesTable(Table):
    """[rules]: each left out has its default."""

    order: OrderTable = OrderTable()
    calls: CallsTable = CallsTable()
    missed: MissedTable = MissedTable()
    hold: HoldTable = HoldTable()
    persons: PersonsTable = PersonsTable()
    leases: LeasesTable = LeasesTable()
    clock: ClockRulesTable = ClockRulesTable()
    ratings: RatingsTable = RatingsTable()
    transfers: TransfersTable = TransfersTable()

    @model_validator(mode="after")
    def _calls_are_enough(self) -> "RulesTable":
        least, most = self.missed.least_calls, self.calls.most_calls
        if least > most and "least_calls" in self.missed.model_fields_set:
            raise ValueError(f"missed.least_calls is {least}, but a ticket is called {most} times at most")
        return self


def hall_rules(table: RulesTable, appointments: AppointmentRules) -> HallRules:
    """The rules as the engine knows them."""
    order = table.order.model_dump(exclude={"green_groups", "most_in_a_row"})
    missed = table.missed.model_dump(exclude={"back_after"})
    missed["least_calls"] = min(table.missed.least_calls, table.calls.most_calls)
    persons = table.persons.model_dump(exclude={"most_a_day"})
    return HallRules(
        order=OrderRules(
            **order,
            most_in_a_row=table.order.most_in_a_row or None,
            green_groups=_groups(table.order.green_groups),
        ),
        calls=CallRules(**table.calls.model_dump()),
        missed=MissedRules(**missed, back_after=table.missed.back_after or None),
        hold=HoldRules(**table.hold.model_dump()),
        persons=PersonRules(**persons, most_a_day=table.persons.most_a_day or None),
        leases=LeaseRules(**table.leases.model_dump()),
        clock=ClockRules(**table.clock.model_dump()),
        ratings=RatingRules(**table.ratings.model_dump()),
        appointments=appointments,
        transfers=TransferRules(**table.transfers.model_dump()),
    )


def _groups(tables: Sequence[GreenGroupTable] | None) -> tuple[GreenGroup, ...]:
    if tables is None:
        return OrderRules().green_groups
    return tuple(GreenGroup(**table.model_dump()) for table in tables)
