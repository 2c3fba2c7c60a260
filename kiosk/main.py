"""The kiosk's process: `python -m kiosk.main --config FILE --id K01`. Only here is known which part meets which."""

import argparse
import contextlib
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from devices.broker_link import BrokerAddress, BrokerLink
from hall.catalogue import HallPlan
from hall.clock import HallClock
from hall.hours import admission
from hall.identity import key_fingerprint
from hall.messages import DeviceHealth, TryDevice
from hall.texts import Texts
from kiosk.adapters.control import ControlServer
from kiosk.adapters.devices import KioskDevices
from kiosk.adapters.hall_client import HallClient
from kiosk.adapters.hall_link import HallLink
from kiosk.adapters.lease_book import BookUnavailable, LeaseBook
from kiosk.adapters.offline_health import OfflineHealth
from kiosk.adapters.offline_numbers import OfflineNumbers
from kiosk.adapters.paper import printable
from kiosk.adapters.scarce_identity import draw_as_asked, print_as_asked
from kiosk.flow import events as ev
from kiosk.flow.runner import FlowRunner
from kiosk.flow.showcase import Showcase
from kiosk.flow.state import Rules
from kiosk.ui.before_kivy import prepare_kivy
from kiosk.ui.memory import tame
from kiosk.ui.wording import Surroundings
from settings.devices.kiosks import KioskTable
from settings.devices.printers import PrinterTable
from settings.fonts import FontMissing, cjk_font
from settings.load import SettingsError, hall_clock, hall_plan, read_site
from settings.locale import texts_in
from settings.logs import set_up_logs
from settings.person_key import read_or_make_key
from settings.show import printed
from settings.site import Site

if TYPE_CHECKING:
    from kiosk.ui.window import KioskApp

logger = logging.getLogger(__name__)

LANGUAGES = ("zh_CN", "en")
MEND_WINDOW = "check DISPLAY or unset it, and: apt install libgl1 libegl1 libgles2 libgl1-mesa-dri libmtdev1"


class CannotStart(Exception):
    """The kiosk cannot run here; the message says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk until it is told to end; returns the exit code."""
    asked = _arguments(arguments)
    set_up_logs(f"kiosk {asked.id}")
    try:
        site = read_site(asked.config)
        plan = hall_plan(site)
        kiosk = _kiosk(site, asked.id)
        texts = {language: texts_in(language) for language in LANGUAGES}
    except SettingsError as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    if asked.print_config:
        sys.stdout.write(printed(site) + "\n")
        return 0
    home = tempfile.mkdtemp(prefix="hallq-kiosk-")
    try:
        tame()
        prepare_kivy(Path(home))
        Kiosk(site, plan, kiosk, texts).run()
    except CannotStart as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


class Kiosk:
    """One kiosk, put together; opened in `run()` and closed in the reverse order."""

    def __init__(self, site: Site, plan: HallPlan, table: KioskTable, texts: Mapping[str, Texts]) -> None:
        self._plan, self._table, self._texts = plan, table, texts
        self._clock: HallClock = hall_clock(site)
        self._showcase = Showcase()
        self._paper = ThreadPoolExecutor(1, "paper")
        self._runner = FlowRunner(
            Rules(idle_s=table.idle_s, language=site.hall.language), self._run_effect, lambda _state: None,
            seconds=time.monotonic,
        )  # fmt: skip
        person_key = _person_key(site)
        self._key_fingerprint = None if person_key is None else key_fingerprint(person_key)
        self._broker = _broker_link(site, self._clock, will=self._health("offline", cause="unavailable"))
        client = HallClient(site.server.public_url)
        self._link = HallLink(client, table.kiosk_id, self._runner.post, self._offline_numbers(site, client))
        self._devices = KioskDevices(
            table,
            self._runner.post,
            self._broker.tell,
            today=lambda: self._clock.now().date(),
            texts=texts[site.hall.language],
            person_key=person_key,
            public_url=site.server.public_url,
            is_open=self._is_open,
        )
        self._broker.hear(TryDevice, self._devices.try_out)

    def _offline_numbers(self, site: Site, client: HallClient) -> OfflineNumbers | None:
        """The numbers for when the server is away; without a book the kiosk works while there is a server."""
        table = self._table
        if table.offline_file is None or table.offline_block == 0:
            return None
        try:
            book = LeaseBook(table.offline_file, hall_id=site.hall.hall_id, kiosk_id=table.kiosk_id)
        except BookUnavailable as exc:
            OfflineHealth(table.kiosk_id, self._broker.tell).book_failed(exc)
            return None
        return OfflineNumbers(
            book,
            client,
            self._plan,
            table.kiosk_id,
            block=table.offline_block,
            now=self._clock.now,
            public_url=site.server.public_url,
            tell=self._broker.tell,
        )

    def run(self) -> None:
        """Show the kiosk until SIGTERM, SIGINT or the window's end.

        Raises:
            CannotStart: no window, no font, or the control socket cannot be opened.
        """
        app = _app(self._runner, self._surroundings, self._showcase, self._devices.notice)
        with contextlib.ExitStack() as opened:
            for number in (signal.SIGTERM, signal.SIGINT):
                before = signal.signal(number, lambda *_args: app.end())
                opened.callback(signal.signal, number, before)
            opened.callback(self._paper.shutdown, wait=False, cancel_futures=True)
            self._broker.start()
            opened.callback(self._broker.close)
            self._tell_kiosk("ok")
            opened.callback(self._tell_kiosk, "offline")
            if self._table.control_socket is not None:
                control = ControlServer(self._table.control_socket, self._showcase, app.touch, app.take_picture)
                try:
                    control.start()
                except OSError as exc:
                    raise CannotStart(f"the control socket {self._table.control_socket}: {exc}") from exc
                opened.callback(control.close)
            self._link.start()
            opened.callback(self._link.close)
            self._devices.start()
            opened.callback(self._devices.close)
            app.run()

    def _run_effect(self, effect: ev.Effect) -> None:
        match effect:
            case ev.LoadQueues():
                self._link.load_queues()
            case ev.AskPaper(command_id=command_id):
                self._devices.ask_paper(command_id)
            case ev.DrawNumber():
                self._link.draw(draw_as_asked(effect, self._plan))
            case ev.PrintTicket():
                self._paper.submit(self._print, print_as_asked(effect, self._plan))
            case ev.TellPrint():
                self._link.tell_print(effect)

    def _print(self, job: ev.PrintTicket) -> None:
        """Draw the ticket beside the main thread, then hand it to the printer."""
        printer = self._table.printer or PrinterTable()
        try:
            raster = printable(
                job,
                self._plan,
                self._texts[job.language],
                self._table.kiosk_id,
                dots=printer.dots,
                scripts=printer.scripts,
                mode=printer.mode,
            )
        except Exception:
            logger.exception("the ticket could not be drawn")
            self._runner.post(ev.PrintFailed(job.job_id, "fault"))
            return
        self._devices.print_ticket(job.job_id, raster)

    def _is_open(self) -> bool:
        """Whether any queue takes visitors now."""
        now, calendar = self._clock.now(), self._plan.calendar
        return any(admission(q.hours, calendar, now, is_booked=False).is_open for q in self._plan.queues.values())

    def _surroundings(self, language: str) -> Surroundings:
        return Surroundings(
            plan=self._plan, texts=self._texts[language], kiosk_id=self._table.kiosk_id, now=self._clock.now()
        )

    def _tell_kiosk(self, status: str) -> None:
        self._broker.tell(self._health(status))

    def _health(self, status: str, cause: str | None = None) -> DeviceHealth:
        return DeviceHealth(
            device_id=self._table.kiosk_id,
            kind="kiosk",
            status=status,
            cause=cause,
            key_fingerprint=self._key_fingerprint,
        )


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kiosk", description="One kiosk of a service hall.")
    parser.add_argument("--config", type=Path, required=True, help="the hall's site file")
    parser.add_argument("--id", required=True, help="which of the site's kiosks this is, e.g. K01")
    parser.add_argument("--print-config", action="store_true", help="show what is in force and end")
    return parser.parse_args(arguments)


def _kiosk(site: Site, kiosk_id: str) -> KioskTable:
    for table in site.kiosks:
        if table.kiosk_id == kiosk_id:
            return table
    known = ", ".join(k.kiosk_id for k in site.kiosks) or "none"
    raise SettingsError(f"no such kiosk: {kiosk_id!r} (the site file has: {known})")


def _app(
    runner: FlowRunner,
    surroundings: Callable[[str], Surroundings],
    showcase: Showcase,
    each_look: Callable[[], None],
) -> "KioskApp":
    """Open the window: only now is Kivy imported.

    Raises:
        CannotStart: no font, no screen, or no OpenGL.
    """
    try:
        fonts = {bold: cjk_font(bold=bold) for bold in (False, True)}
    except FontMissing as exc:
        raise CannotStart(str(exc)) from exc
    try:
        from kivy.core.window import Window
    except (Exception, SystemExit) as exc:
        raise CannotStart(f"no window can be opened ({exc}); {MEND_WINDOW}") from exc
    if Window is None:
        raise CannotStart(f"no window can be opened; {MEND_WINDOW}")
    from kiosk.ui.window import KioskApp

    return KioskApp(runner, surroundings, fonts, showcase, each_look=each_look, on_first_frame=_say_ready)


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def _person_key(site: Site) -> bytes | None:
    """The hall's secret, if it has one; raises `CannotStart`."""
    path = site.hall.person_key_file
    try:
        return None if path is None else read_or_make_key(path)
    except SettingsError as exc:
        raise CannotStart(str(exc)) from exc


def _broker_link(site: Site, clock: HallClock, *, will: DeviceHealth) -> BrokerLink:
    password = site.broker.password
    address = BrokerAddress(
        site.broker.host,
        site.broker.port,
        site.broker.username,
        password.get_secret_value() if password is not None else None,
    )
    return BrokerLink(site.hall.hall_id, will.device_id, address, clock, will=will)


if __name__ == "__main__":
    sys.exit(main())
