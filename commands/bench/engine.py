"""`bench engine`: numbers drawn through the rules and the journal, beside a bare group commit on the same disk.

A caller is a thread that waits for its own answer before it asks again; 130 of them are a city's kiosks, counters and
doors all at once. Both sides go through the same hand-over of threads, queue and batches, so that what is compared is
the rules and the journal. The coroutines' figure is for information: it is the way of the server's own requests.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from commands.bench.bare import BareCommit
from commands.bench.callers import ANSWER_S, Run, coroutines, threads
from commands.bench.ground import city, folder_on_disk, items_by_turns
from commands.bench.rows import Row, Wrong, at_least, noted
from commands.bench.scale import Scale
from hall import messages as m
from hall.catalogue import HallPlan
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from queue_server.service.collector import spare_collector
from queue_server.service.writer import Writer
from settings.load import hall_clock, read_site

Ask = Callable[[int, int], m.AnyCommand]
"""Makes a caller's command for its turn."""

CALLERS = 130
GOAL_PER_S = 15_000.0
GOAL_OF_BARE = 0.70


def bench(scale: Scale) -> list[Row]:
    """Measure both sides by turns, several times, with the garbage collector as the server has it."""
    with _spared_collector(), folder_on_disk() as folder:
        plan = city(folder)
        rounds = [_round(plan, folder, number, scale) for number in range(scale.rounds)]
        loops = _issue(plan, folder / "loops.sqlite", scale, in_loop=True)
    bare, ours = (median(run.per_s for run in side) for side in zip(*rounds, strict=True))
    bare_cpu, our_cpu = (median(run.cpu_us for run in side) for side in zip(*rounds, strict=True))
    ratio = median(ours.per_s / bare.per_s for bare, ours in rounds)
    who = f"{CALLERS} callers"
    return [
        at_least(f"engine: tickets drawn, kept, answered, {who}", ours, "tickets/s", GOAL_PER_S),
        at_least(f"engine: of a bare group commit, {who}", bare * ratio, "tickets/s", bare, goal=GOAL_OF_BARE),
        noted(f"engine: the same by {CALLERS} coroutines", loops.per_s, "tickets/s"),
        noted("engine: processor time a ticket", our_cpu, "us", bare_cpu),
    ]


@contextlib.contextmanager
def _spared_collector() -> Iterator[None]:
    usual = gc.get_threshold()
    spare_collector()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


def _round(plan: HallPlan, folder: Path, number: int, scale: Scale) -> tuple[Run[int], Run[Record]]:
    bare = _bare(folder / f"bare{number}.sqlite", draw(plan), scale)
    return bare, _issue(plan, folder / f"hall{number}.sqlite", scale)


def _bare(path: Path, ask: Ask, scale: Scale) -> Run[int]:
    bare = BareCommit(path)
    bare.start()
    try:
        run = threads(
            lambda caller, turn: bare.hand_over.submit(ask(caller, turn)).result(ANSWER_S), CALLERS, scale.seconds
        )
    finally:
        bare.close()
    if len(set(run.answers)) != len(run.answers):
        raise Wrong("the bare commit gave a number twice")
    return run


def _issue(plan: HallPlan, path: Path, scale: Scale, *, in_loop: bool = False) -> Run[Record]:
    ask, journal = draw(plan), SqlJournal(path)
    writer = Writer(plan, journal, hall_clock(read_site(path.parent / "site.toml")))
    writer.start()
    try:
        open_counters(writer, plan)
        if in_loop:
            run = coroutines(lambda caller, turn: writer.ask(ask(caller, turn)), CALLERS, scale.seconds)
        else:
            run = threads(
                lambda caller, turn: writer.submit(ask(caller, turn)).result(ANSWER_S), CALLERS, scale.seconds
            )
        writer.close()
        check_issued(run.answers, list(journal.everything()))
    finally:
        writer.close()
        journal.close()
    return run


def draw(plan: HallPlan) -> Ask:
    """Makes commands that draw numbers, of every queue and matter by turns."""
    keys = items_by_turns(plan)

    def ask(caller: int, turn: int) -> m.IssueTicket:
        item_key = keys[(caller + turn) % len(keys)]
        return m.IssueTicket(command_id=f"draw-{caller}-{turn}", item_key=item_key, kiosk_id="K01")

    return ask


def open_counters(writer: Writer, plan: HallPlan) -> None:
    """Have a clerk at every counter."""
    commands = [m.OpenCounter(command_id=f"open-{n}", counter_no=n, staff_no=f"T{n}") for n in plan.counters]
    for answer in [writer.submit(command) for command in commands]:
        answer.result(ANSWER_S)


def check_issued(answers: Sequence[Record], kept: Sequence[Record]) -> None:
    """See that every answer is a number of its own, and kept as it was answered.

    Raises:
        Wrong: not so.
    """
    numbers = [answer.event.display_number for answer in answers if isinstance(answer.event, m.TicketIssued)]
    if len(numbers) != len(answers):
        raise Wrong("an answer was no ticket")
    if len(set(numbers)) != len(numbers):
        raise Wrong("a number was given twice")
    by_seq = {record.seq: record for record in kept}
    lost = [answer for answer in answers if by_seq.get(answer.seq) != answer]
    if lost:
        raise Wrong(f"{len(lost)} answers were not kept as they were answered, e.g. seq {lost[0].seq}")
