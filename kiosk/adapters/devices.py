"""The kiosk's readers and its printer: a worker thread each, their findings posted into the flow."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from typing import Any

from devices.errors import CardUnreadable, DeviceError, DeviceFault
from devices.opening.presence import seen_at
from devices.opening.printers import open_printer
from devices.opening.readers import open_reader
from devices.ports import IdentityReader, TicketPrinter
from devices.printers.escpos_printer import PrintedJobs
from devices.printers.trial import slip_printed
from devices.supervisor import DeviceWatch, DeviceWorker
from devices.trials import Trial, asked_how_it_is, outcome
from hall.identity import IdentityDocument, age_years, masked_number, person_hash
from hall.messages import DeviceHealth, Told, TryDevice
from hall.texts import ENGLISH, Texts
from kiosk.flow import events as ev
from kiosk.flow.state import Person
from settings.devices.kiosks import KioskTable
from settings.devices.printers import Printer
from settings.devices.readers import Reader, SamvReader

logger = logging.getLogger(__name__)

NOTICED_AFTER_S = 0.35  # a look at an empty reader is over sooner; a card takes 1 to 2 s to be read
READY_S = 4.0  # the flow waits a little longer
ABSENT_S = 1.0  # a printer that is known to be gone gets this long to come back
PRINT_S = 10.0
TRIAL_S = 10.0
Post = Callable[[ev.Event], None]
Tell = Callable[[Told], None]
MakePerson = Callable[[IdentityDocument], Person]


class ReaderWatch:
    """Looks for cards in a reader's worker thread, and knows whether one is being read right now."""

    def __init__(self, post: Post, make_person: MakePerson, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._post = post
        self._make_person = make_person
        self._seconds = seconds
        self._lock = threading.Lock()  # a card is never noticed after the look at it has ended
        self._began_s: float | None = None
        self._is_noticed = False

    def look(self, reader: IdentityReader) -> None:
        """Poll the reader once and post what it found; the document itself goes no further than this.

        Raises:
            DeviceError: the reader failed; an unreadable card is posted instead.
        """
        found: ev.Event | None = None
        with self._lock:
            self._began_s, self._is_noticed = self._seconds(), False
        try:
            document = reader.poll()
            found = ev.CardRead(self._make_person(document)) if document is not None else None
        except CardUnreadable as exc:
            logger.info("%s", exc)
            found = ev.CardFailed()
        finally:
            self._end(found)

    def notice(self) -> None:
        """Post that a card is being read, once for each, if a look takes longer than an empty reader does.

        Called from another thread some times a second: the readers themselves do not tell when they begin.
        """
        with self._lock:
            if self._began_s is None or self._is_noticed or self._seconds() - self._began_s <= NOTICED_AFTER_S:
                return
            self._is_noticed = True
            self._post(ev.CardNoticed())

    def _end(self, found: ev.Event | None) -> None:
        with self._lock:
            self._began_s = None
            if found is None and self._is_noticed:
                found = ev.CardGone()
        if found is not None:
            self._post(found)


class KioskDevices:
    """Everything that hangs on one kiosk. Absence is normal: what is not there is said, and opened when it comes."""

    def __init__(
        self,
        kiosk: KioskTable,
        post: Post,
        tell: Tell,
        *,
        today: Callable[[], date],
        texts: Texts = ENGLISH,
        person_key: bytes | None = None,
    ) -> None:
        """Prepare the workers; nothing is opened before `start()`.

        Args:
            post: hands an event to the flow; called from the workers' threads.
            tell: hears of every change of a device's health, and of trials.
            today: the hall's day, for checks of dates on documents.
            texts: what a printer's trial says.
            person_key: the hall's secret behind people's hashes; None makes none.
        """
        self._post = post
        self._make_person: MakePerson = lambda document: person_of(document, today(), person_key)
        self._tell = tell
        self._watches: list[ReaderWatch] = []
        self._workers: list[DeviceWorker[Any]] = []
        self._trials: dict[str, tuple[DeviceWorker[Any], Trial]] = {}
        self._printer: DeviceWorker[TicketPrinter] | None = None
        for name, table in zip(kiosk.reader_names, kiosk.readers, strict=True):
            self._add_reader(name, table, today)
        if kiosk.printer is not None:
            self._add_printer(kiosk.printer_name, kiosk.printer, texts)
        self._watch = DeviceWatch(self._workers)

    def start(self) -> None:
        """Begin to open and watch every device."""
        for worker in self._workers:
            worker.start()
        self._watch.start()

    def close(self) -> None:
        """Give every device back and tell that nobody watches it any more."""
        self._watch.close()
        for worker in reversed(self._workers):
            worker.close()
            self._tell(DeviceHealth(device_id=worker.name, kind=worker.health.kind, status="offline"))

    def try_out(self, asked: TryDevice) -> None:
        """Do what the device's test button does and tell what came of it; other kiosks' devices are theirs."""
        if asked.device_id not in self._trials:
            return
        worker, trial = self._trials[asked.device_id]
        deadline_s = ABSENT_S if worker.health.status == "offline" else TRIAL_S
        answer = worker.submit(lambda device: trial(device, asked.trial_id), deadline_s=deadline_s)
        answer.add_done_callback(
            lambda done: self._tell(
                outcome(asked.device_id, asked.trial_id, error)
                if (error := done.exception()) is not None
                else outcome(asked.device_id, asked.trial_id, None, done.result())
            )
        )

    def notice(self) -> None:
        """See whether a card is being read; to be called some times a second."""
        for watch in self._watches:
            watch.notice()

    def ask_paper(self, command_id: str) -> None:
        """Ask the printer whether it could print; the answer is posted."""
        if self._printer is None:
            self._post(ev.PrinterRefused(command_id, "unavailable"))
            return
        deadline_s = ABSENT_S if self._printer.health.status == "offline" else READY_S
        asked = self._printer.submit(lambda printer: printer.ready(), deadline_s=deadline_s)
        asked.add_done_callback(
            lambda answer: self._post(
                ev.PaperReady(command_id) if (cause := _cause(answer)) is None else ev.PrinterRefused(command_id, cause)
            )
        )

    def print_ticket(self, ticket_id: str, raster: bytes) -> None:
        """Print one ticket; what became of it is posted."""
        if self._printer is None:
            self._post(ev.PrintFailed(ticket_id, "unavailable"))
            return
        job = self._printer.submit(lambda printer: printer.print(ticket_id, raster), deadline_s=PRINT_S)
        job.add_done_callback(
            lambda answer: self._post(
                ev.TicketPrinted(ticket_id) if (cause := _cause(answer)) is None else ev.PrintFailed(ticket_id, cause)
            )
        )

    def _add_reader(self, name: str, table: Reader, today: Callable[[], date]) -> None:
        role = table.kind
        watch = ReaderWatch(self._post, self._make_person)
        worker: DeviceWorker[IdentityReader] = DeviceWorker(
            name,
            "card_reader",
            lambda: open_reader(table, name, today),
            lambda health: self._health(role, health),
            poll=watch.look,
            poll_every_s=table.poll_s if isinstance(table, SamvReader) else 0.3,
            is_there=seen_at(table),
        )
        self._watches.append(watch)
        self._add(worker, asked_how_it_is)

    def _add_printer(self, name: str, table: Printer, texts: Texts) -> None:
        jobs = PrintedJobs()
        self._printer = DeviceWorker(
            name,
            "printer",
            lambda: open_printer(table, name, jobs),
            lambda health: self._health("printer", health),
            is_there=seen_at(table),
        )
        self._add(self._printer, slip_printed(texts, table.dots))

    def _add(self, worker: "DeviceWorker[Any]", trial: Trial) -> None:
        self._workers.append(worker)
        self._trials[worker.name] = worker, trial

    def _health(self, role: str, health: DeviceHealth) -> None:
        self._tell(health)
        self._post(ev.DeviceChanged(role, health.status, health.cause))


def person_of(document: IdentityDocument, today: date, key: bytes | None = None) -> Person:
    """As much of a document as the kiosk keeps: masked here, so that nothing behind it ever knows more.

    Args:
        today: the hall's day, from which age is counted.
        key: the hall's secret; without it nobody is told from anybody else.
    """
    return Person(
        kind=document.kind,
        masked_number=masked_number(document.number),
        masked_name=masked_name(document.name),
        person=None if key is None else person_hash(key, document.number),
        age_years=None if document.birth is None else age_years(document.birth, today),
    )


def masked_name(name: str) -> str:
    """The family name's first character and two stars: enough for a greeting on the kiosk's own screen."""
    return name.strip()[:1] + "**"


def _cause(answer: "Future[str | None] | Future[None]") -> str | None:
    """None when it went well, else a stable code."""
    if answer.cancelled():
        return "unavailable"
    error = answer.exception()
    if error is None:
        return None
    if isinstance(error, DeviceError):
        return error.code
    logger.error("the printer's worker failed in an unexpected way", exc_info=error)
    return DeviceFault.code
