"""Whatever hangs on a kiosk: a worker thread each, their findings posted into the flow."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from typing import Any

from devices.cameras.document_camera import DocumentCamera
from devices.errors import DeviceError, DeviceFault
from devices.opening.cameras import open_camera
from devices.opening.credentials import open_resolver
from devices.opening.presence import seen_at
from devices.opening.printers import open_printer
from devices.opening.readers import open_reader
from devices.opening.scanners import open_scanner
from devices.opening.watching import watch_fittings, watch_ups
from devices.ports import CodeScanner, CredentialResolver, IdentityReader, TicketPrinter
from devices.printers.escpos_printer import PrintedJobs
from devices.printers.trial import slip_printed
from devices.relays.presence import PresenceEvent
from devices.supervisor import LONGEST_CALL_S, DeviceWatch, DeviceWorker
from devices.trials import Trial, asked_how_it_is, outcome
from hall.messages import DeviceHealth, Told, TryDevice
from hall.texts import ENGLISH, Texts
from kiosk.adapters.card_watch import MakePerson, Post, ReaderWatch, person_of
from kiosk.adapters.code_watch import CodeWatch
from kiosk.flow import events as ev
from settings.devices.cameras import Camera
from settings.devices.kiosks import KioskTable
from settings.devices.printers import Printer
from settings.devices.readers import Reader
from settings.devices.scanners import Scanner

logger = logging.getLogger(__name__)

READY_S = 4.0  # the flow waits a little longer
ABSENT_S = 1.0  # a printer that is known to be gone gets this long to come back
PRINT_S = 10.0
TRIAL_S = 10.0
PLATFORM_CHECK_S = 60.0  # a check is a connection to the city's gateway
LONGEST_SHOT_S = 90.0  # a camera's process starts, shoots and reads the page, each with a deadline of its own
SLOWEST_LINE = 800  # bytes a second: 9600 baud, less what the line's pauses cost
Tell = Callable[[Told], None]


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
        public_url: str = "",
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare the workers; nothing is opened before `start()`.

        Args:
            post: hands an event to the flow; called from the workers' threads.
            tell: hears of every change of a device's health, and of trials.
            today: the hall's day, for checks of dates on documents.
            texts: what a printer's trial says.
            person_key: the hall's secret behind people's hashes; None makes none.
            public_url: the hall's own address, by which its codes are told from others'.
            is_open: whether the hall is open now, for the light.
        """
        self._post = post
        self._make_person: MakePerson = lambda document: person_of(document, today(), person_key)
        self._tell = tell
        self._watches: list[ReaderWatch] = []
        self._workers: list[DeviceWorker[Any]] = []
        self._trials: dict[str, tuple[DeviceWorker[Any], Trial]] = {}
        self._printer: DeviceWorker[TicketPrinter] | None = None
        for name, reader in zip(kiosk.reader_names, kiosk.readers, strict=True):
            self._add_reader(name, reader, today)
        if kiosk.printer is not None:
            self._add_printer(kiosk.device_name("printer"), kiosk.printer, texts, PrintedJobs(kiosk.printed_file))
        if kiosk.scanner is not None:
            self._add_scanner(kiosk, kiosk.scanner, today, public_url)
        if kiosk.camera is not None:
            self._add_camera(kiosk.device_name("camera"), kiosk.camera)
        if kiosk.switches is not None:
            name = kiosk.device_name("switches")
            self._add(watch_fittings(kiosk.switches, name, self._tell, self._presence, is_open), asked_how_it_is)
        if kiosk.ups is not None:
            self._add(watch_ups(kiosk.ups, kiosk.device_name("ups"), self._tell), asked_how_it_is)
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
        job = self._printer.submit(
            lambda printer: printer.print(ticket_id, raster), deadline_s=PRINT_S, longest_s=print_s(len(raster))
        )
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
            poll_every_s=0.0,  # the reader itself knows when it may be asked
            is_there=seen_at(table),
        )
        self._watches.append(watch)
        self._add(worker, asked_how_it_is)

    def _add_printer(self, name: str, table: Printer, texts: Texts, jobs: PrintedJobs) -> None:
        self._printer = DeviceWorker(
            name,
            "printer",
            lambda: open_printer(table, name, jobs),
            lambda health: self._health("printer", health),
            is_there=seen_at(table),
        )
        self._add(self._printer, slip_printed(texts, table.dots))

    def _add_scanner(self, kiosk: KioskTable, table: Scanner, today: Callable[[], date], public_url: str) -> None:
        name, platform = kiosk.device_name("scanner"), self._add_platform(kiosk, today)
        watch = CodeWatch(self._post, self._make_person, public_url, platform)
        worker: DeviceWorker[CodeScanner] = DeviceWorker(
            name,
            "scanner",
            lambda: open_scanner(table, name),
            self._tell,
            poll=watch.look,
            poll_every_s=0.0,  # a look waits for a moment itself
            is_there=seen_at(table),
        )
        self._add(worker, asked_how_it_is)

    def _add_camera(self, name: str, table: Camera) -> None:
        """The camera's process ends with the thread that started it, so it is opened and used in its worker's."""
        worker: DeviceWorker[DocumentCamera] = DeviceWorker(
            name,
            "camera",
            lambda: open_camera(table, name),
            self._tell,
            longest_call_s=LONGEST_SHOT_S,
            is_there=seen_at(table),
        )
        self._add(worker, asked_how_it_is)

    def _add_platform(self, kiosk: KioskTable, today: Callable[[], date]) -> "DeviceWorker[CredentialResolver] | None":
        table, name = kiosk.credentials, kiosk.device_name("credentials")
        if table is None:
            return None
        worker: DeviceWorker[CredentialResolver] = DeviceWorker(
            name,
            "credentials",
            lambda: open_resolver(table, name, kiosk.kiosk_id, today),
            self._tell,
            check_every_s=PLATFORM_CHECK_S,
        )
        self._add(worker, asked_how_it_is)
        return worker

    def _presence(self, event: PresenceEvent) -> None:
        """Whoever leaves has ended the visit: nothing of it stays on the screen."""
        if event is PresenceEvent.LEFT:
            self._post(ev.StartedOver())

    def _add(self, worker: "DeviceWorker[Any]", trial: Trial) -> None:
        self._workers.append(worker)
        self._trials[worker.name] = worker, trial

    def _health(self, role: str, health: DeviceHealth) -> None:
        self._tell(health)
        self._post(ev.DeviceChanged(role, health.status, health.cause))


def print_s(size: int) -> float:
    """How long a job of so many bytes may be on its way to the slowest printer before that counts as hanging."""
    return LONGEST_CALL_S + size / SLOWEST_LINE


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
