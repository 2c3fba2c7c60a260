"""The demo's hall: a running hall with people in it, who leave before it closes."""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from commands.demo import profile
from commands.demo.citizens import Finger, KioskLine
from commands.demo.clerks import Clerks
from commands.demo.report import (
    Evidence,
    Report,
    call_to_bar,
    call_to_display,
    calls_on_bars,
    check,
    printed_tickets,
    touch_to_print,
)
from commands.demo.running import HallProcesses, Running
from commands.demo.watchers import DisplayWatcher, SpeechWatcher
from hall import messages as m
from hall.catalogue import HallPlan, ServiceItem
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.domain.record import Record
from settings.locale import texts_in

DRAIN_S = 30.0  # real seconds that the hall gets to show and speak what was called
VISIT_END_S = 25.0


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    site: Path
    preset: str
    seed: int
    running: Running
    left_free: frozenset[str] = frozenset()  # kiosks that nobody is sent to


class DemoHall:
    """A running hall; leaving the `with` ends every process and device, whatever happened."""

    def __init__(self, options: Options, folder: Path) -> None:
        self.folder = folder
        self._options = options
        self._speed = options.running.speed
        self._ends = contextlib.ExitStack()
        self._lines: list[KioskLine] = []
        self._closing = threading.Event()
        self._visitors = 0

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ends.close()

    # ---- opening --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._began = time.monotonic()
        self._processes = self._ends.enter_context(
            HallProcesses(self._options.site, self.folder, self._options.running)
        )
        self.plan, self.base_url = self._processes.plan, self._processes.base_url
        self.counters = staffed(self.plan, profile.PRESETS[self._options.preset].counters)
        self._let_people_in()

    @property
    def processes(self) -> HallProcesses:
        """The processes and devices behind it."""
        return self._processes

    # ---- people -----------------------------------------------------------------------------------------------------

    def _let_people_in(self) -> None:
        items = wished_items(self.plan, self.counters)
        rng = random.Random(self._options.seed)
        for kiosk in self._processes.site.kiosks:
            if kiosk.kiosk_id in self._options.left_free:
                continue
            assert kiosk.control_socket is not None  # noqa: S101 (written above)
            finger = Finger(kiosk.control_socket)
            devices = self._processes.devices.kiosks[kiosk.kiosk_id]
            line = KioskLine(finger, devices, items, random.Random(rng.random()), self._today)
            self._lines.append(line)
        self._loop = _Loop()
        self._ends.callback(self._loop.close)
        self._watcher = DisplayWatcher(self.base_url)
        self._loop.start(self._watcher.run())
        self._listener = SpeechWatcher(self.folder / "speech")
        self._loop.start(self._listener.run())
        self._clerks = Clerks(
            self.plan,
            self.counters,
            self.base_url,
            speed=self._speed,
            seed=self._options.seed,
            evaluator=self._processes.devices,
        )
        self._clerks_done = self._loop.start(self._clerks.run())
        self._arriving = threading.Thread(target=self._arrive, args=(rng,), name="arrivals", daemon=True)
        self._arriving.start()
        self._ends.callback(self._closing.set)

    def _today(self) -> date:
        return self._processes.clock.now().date()

    def _arrive(self, rng: random.Random) -> None:
        preset = profile.PRESETS[self._options.preset]
        for moment in profile.arrivals(rng, preset, self._processes.clock.now()):
            wait_s = (moment - self._processes.clock.now()) / timedelta(seconds=1) / self._speed
            if self._closing.wait(max(wait_s, 0.0)):
                return
            self._visitors += 1
            min(self._lines, key=lambda line: line.waiting).join()

    # ---- closing ----------------------------------------------------------------------------------------------------

    def close_and_report(self) -> Report:
        """Let nobody in any more, finish what has begun, end the processes, and compare."""
        ran_s = time.monotonic() - self._began
        hall_minutes = ran_s * self._speed / 60
        self._closing.set()
        self._arriving.join(5)
        sent_away = sum(line.close(VISIT_END_S) for line in self._lines)
        self._loop.call(self._clerks.close)
        self._clerks_done.result(DRAIN_S)
        self._wait_until_told()
        self._gaps = self._watcher.gaps  # those that come now are the server's end
        memory = {name: round(process.memory_mb(), 1) for name, process in self._processes.processes.items()}
        self._processes.stop_processes()
        return self._report(ran_s, hall_minutes, sent_away, memory)

    def _wait_until_told(self) -> None:
        """Wait until every call is displayed and spoken, or patience ends; what is missing then is lost."""
        deadline = time.monotonic() + DRAIN_S
        calls = {click.call_id for click in self._clerks.calls}
        while time.monotonic() < deadline:
            self._listener.look()
            if calls <= self._watcher.seen.keys() and self._watcher.seen.keys() <= self._listener.spoken:
                return
            time.sleep(0.1)

    def _report(self, ran_s: float, hall_minutes: float, sent_away: int, memory: dict[str, float]) -> Report:
        journal = SqlJournal(self._processes.site.server.database)
        try:
            records = list(journal.everything())
        finally:
            journal.close()
        evidence = Evidence(
            visits=[visit for line in self._lines for visit in line.visits],
            printed={kiosk_id: kiosk.printed_at for kiosk_id, kiosk in self._processes.devices.kiosks.items()},
            clicked=self._clerks.calls,
            seen=self._watcher.seen,
            shown=self._processes.devices.shown,
            barred=self._processes.devices.slots.keys(),
            spoken=self._listener.spoken,
            pressed=self._clerks.pressed,
            visitors=self._visitors - sent_away,
        )
        texts = texts_in(self._processes.site.hall.language)
        findings = check(evidence, records, texts)
        return Report(
            preset=self._options.preset,
            speed=self._speed,
            real_s=round(ran_s, 1),
            hall_minutes=round(hall_minutes, 1),
            visitors=evidence.visitors,
            left_without_number=sum(visit.display_number is None for visit in evidence.visits),
            in_line_at_closing=sent_away,
            issued=_count(records, m.TicketIssued),
            printed=len(printed_tickets(evidence)),
            called=_count(records, m.TicketCalled),
            shown=len(evidence.seen),
            shown_on_bars=calls_on_bars(evidence, records, texts),
            spoken=len(evidence.spoken),
            completed=_count(records, m.ServiceCompleted),
            missed=_count(records, m.TicketMissed),
            rated=_count(records, m.ServiceRated),
            lost=len(findings.lost),
            doubled=len(findings.doubled),
            wrong=len(findings.wrong),
            findings=findings.spelled_out(),
            call_to_display=call_to_display(evidence),
            call_to_bar=call_to_bar(evidence, texts),
            touch_to_print=touch_to_print(evidence),
            display_reconnects=self._gaps,
            refused=self._clerks.refused,
            memory_mb=memory,
        )


def staffed(plan: HallPlan, most: int) -> tuple[str, ...]:
    """Which counters have a clerk: every queue's first, then every queue's second, and so on, up to `most`."""
    by_queue = [plan.counters_of(prefix) for prefix in plan.queues]
    rounds = [numbers[n] for n in range(max(map(len, by_queue))) for numbers in by_queue if n < len(numbers)]
    chosen = set(list(dict.fromkeys(rounds))[:most])
    return tuple(number for number in plan.counters if number in chosen)


def wished_items(plan: HallPlan, counters: Sequence[str]) -> list[ServiceItem]:
    """The matters that people come for: each as often as its queue's counters can serve it."""
    wishes: list[ServiceItem] = []
    for prefix in plan.queues:
        open_counters = len(set(plan.counters_of(prefix)) & set(counters))
        items = plan.items_of(prefix)
        for item in items:
            median_min, _sigma = profile.SERVICE_MINUTES[item.time_class]
            wishes += [item] * round(100 * open_counters / median_min / len(items))
    return wishes


def _count(records: Sequence[Record], event_type: type[m.Event]) -> int:
    return sum(isinstance(record.event, event_type) for record in records)


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="people", daemon=True)
        self._thread.start()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        """Run a coroutine."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def call(self, function: Callable[[], None]) -> None:
        """Call a function in the loop's thread."""
        self._loop.call_soon_threadsafe(function)

    def close(self) -> None:
        """Cancel what still runs, wait until it has let go of its connections, and stop."""
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_the_others(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


async def _cancel_the_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
