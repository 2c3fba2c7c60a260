"""The hall queue server: `python -m queue_server.main --config FILE`. Here, and only here, parts meet."""

import argparse
import asyncio
import contextlib
import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from devices.broker_link import BrokerAddress, BrokerLink
from devices.opening.presence import seen_at
from devices.opening.speakers import open_speaker
from hall.catalogue import HallPlan
from hall.clock import HallClock
from hall.messages import DeviceHealth, TryDevice
from hall.texts import Texts
from queue_server.adapters.mqtt import HallOverMqtt
from queue_server.adapters.speech.announcer import Announcer
from queue_server.adapters.speech.calls import speaking
from queue_server.adapters.speech.module import NAME as SPEAKER_NAME
from queue_server.adapters.speech.module import SpeechModule
from queue_server.adapters.speech.output import output_for
from queue_server.adapters.speech.voice import EspeakVoice
from queue_server.adapters.sql_audit import SqlAudit
from queue_server.adapters.sql_journal import SqlJournal
from queue_server.api.app import make_app
from queue_server.api.context import Context
from queue_server.service.collector import spare_collector
from queue_server.service.engine import Found, read
from queue_server.service.housekeeping import keep_house
from queue_server.service.live_hall import LiveHall
from queue_server.service.ports import JournalUnavailable
from queue_server.service.tablets import Tablet, absent
from queue_server.service.writer import Writer
from settings.load import SettingsError, hall_clock, hall_plan, read_site
from settings.locale import texts_in
from settings.logs import set_up_logs
from settings.show import printed
from settings.site import Site
from settings.tokens import digest_of, new_token

LARGEST_FRAME = 65536  # bytes of a WebSocket message; tablets say less than a tenth of it


class Server:
    """One hall's server, from its settings."""

    def __init__(
        self, site: Site, plan: HallPlan, texts: Texts, clock: HallClock, journal: SqlJournal, found: Found
    ) -> None:
        self._site = site
        self._plan = plan
        self._texts = texts
        self._clock = clock
        self._journal = journal
        self._found: Found | None = found
        self.app = make_app(self._lifespan)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Open in one order, close in the reverse."""
        live = LiveHall(self._plan, asyncio.get_running_loop())
        writer = Writer(self._plan, self._journal, self._clock, followers=[live])
        link = _broker_link(self._site, self._clock)
        HallOverMqtt(link, live, writer, self._texts, self._journal.incarnation)
        app.state.context = self._context(live, writer, link)
        async with contextlib.AsyncExitStack() as opened:
            self._start(writer)
            opened.callback(writer.close)
            for tablet in app.state.context.tablets.values():
                live.hear_device(absent(tablet))
            await asyncio.sleep(0)  # the day as it was is in `live` before anything listens for news
            module = _speech_module(self._site, link)
            if module is not None:
                module.start()
                opened.callback(module.close)
            announcer = _announcer(self._site, module)
            if announcer is not None:
                announcer.start()
                opened.callback(announcer.close)
                live.listen(speaking(announcer))
            link.start()
            opened.callback(link.close)
            link.tell(_health("ok"))
            opened.callback(link.tell, _health("offline"))
            opened.callback(live.tell)
            house = asyncio.create_task(keep_house(live, writer, self._clock, self._site.server.rating_s))
            opened.push_async_callback(_end, house)
            yield

    def _start(self, writer: Writer) -> None:
        """Begin with what was found, and let go of it: it holds every event of the day."""
        found, self._found = self._found, None
        writer.start(found)

    def end_streams(self) -> None:
        """Let every open stream end; in the loop's thread."""
        context: Context | None = getattr(self.app.state, "context", None)
        if context is not None:
            context.live.end()

    def _context(self, live: LiveHall, writer: Writer, link: BrokerLink) -> Context:
        return Context(
            plan=self._plan,
            live=live,
            clock=self._clock,
            speed=self._site.clock.speed,
            texts=self._texts,
            languages=(texts_in("zh_CN"), texts_in("en")),
            public_url=self._site.server.public_url,
            incarnation=self._journal.incarnation,
            handle=writer.ask,
            broker_connected=lambda: link.is_connected,
            tell=link.tell,
            audit=SqlAudit(self._site.server.database),
            tablets={table.token_sha256: Tablet(table.tablet_id, str(table.counter)) for table in self._site.tablets},
        )


async def _end(task: "asyncio.Task[None]") -> None:
    """Cancel a task that would run for ever."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _health(status: str, cause: str | None = None) -> DeviceHealth:
    return DeviceHealth(device_id="server", kind="server", status=status, cause=cause)


def _broker_link(site: Site, clock: HallClock) -> BrokerLink:
    broker = site.broker
    password = broker.password.get_secret_value() if broker.password else None
    return BrokerLink(
        site.hall.hall_id,
        "server",
        BrokerAddress(broker.host, broker.port, broker.username, password),
        clock,
        will=_health("offline", "unavailable"),
    )


def _speech_module(site: Site, link: BrokerLink) -> SpeechModule | None:
    table = site.speech.syn6288
    if site.speech.output != "syn6288" or table is None:
        return None
    module = SpeechModule(lambda: open_speaker(table, SPEAKER_NAME), link.tell, is_there=seen_at(table))
    sentence = texts_in(site.hall.language)("This is a test of the voice")
    link.hear(TryDevice, lambda asked: module.try_out(asked, sentence, link.tell))
    return module


def _announcer(site: Site, module: SpeechModule | None) -> Announcer | None:
    output = output_for(site.speech.output, site.speech.wav_folder)
    if output is None:
        return None
    zones = [zone.zone_id for zone in site.zones]
    return Announcer(zones, voice=EspeakVoice(), output=output, repeat=site.speech.repeat, module=module)


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is told to stop.

    Returns:
        0 after a clean stop; 2 when the site file, the journal or the port cannot be used, and one sentence says why.

    Raises:
        SystemExit: 3, when the start failed in another way; the log says why.
    """
    parser = argparse.ArgumentParser(prog="hallq server", description="The hall queue server.")
    parser.add_argument("--config", type=Path, required=True, help="the site file, e.g. config/halls/sample_city.toml")
    parser.add_argument("--print-config", action="store_true", help="show what is in force, secrets masked, and stop")
    parser.add_argument("--new-tablet-token", action="store_true", help="make a token for a tablet, and stop")
    options = parser.parse_args(arguments)
    if options.new_tablet_token:
        token = new_token()
        print(f"Into the tablet, and nowhere else:\n{token}\n\nInto its [[tablets]] table of the site file:")  # noqa: T201
        print(f'token_sha256 = "{digest_of(token)}"')  # noqa: T201 (asked for)
        return 0
    set_up_logs("server")
    try:
        site = read_site(options.config)
        plan, texts = hall_plan(site), texts_in(site.hall.language)
        if options.print_config:
            print(printed(site))  # noqa: T201 (asked for)
            return 0
        listener = listen(site.server.host, site.server.port)
        journal, found = _journal(site.server.database, plan)
    except (SettingsError, JournalUnavailable) as exc:
        print(exc, file=sys.stderr)  # noqa: T201 (the sentence for the person who started it)
        return 2
    server = Server(site, plan, texts, hall_clock(site), journal, found)
    del found
    config = uvicorn.Config(
        server.app, log_config=None, ws_max_size=LARGEST_FRAME, timeout_graceful_shutdown=1, timeout_keep_alive=30
    )
    try:
        asyncio.run(serve(_Uvicorn(config, server.end_streams), listener))
    finally:
        journal.close()
    return 0


def _journal(path: Path, plan: HallPlan) -> tuple[SqlJournal, Found]:
    """Open the journal, read it, and see that its day fits the site file.

    Raises:
        JournalUnavailable: another server holds it, it cannot be read, or it does not fit.
    """
    journal = SqlJournal(path)
    try:
        return journal, read(journal, plan)
    except JournalUnavailable:
        journal.close()
        raise


class _Uvicorn(uvicorn.Server):
    """Uvicorn that stops in order on SIGTERM and SIGINT instead of dying of the signal afterwards."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; streams, which would last for ever, are ended first."""
        self._on_exit()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve, and say on standard output when the first request can come."""
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        spare_collector()
        host, port = listener.getsockname()[:2]
        print(f"ready http://{host}:{port}", flush=True)  # noqa: T201 (whoever started us waits for it)
    await serving


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else.

    Raises:
        SettingsError: it is taken or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay (TCP_NODELAY) only where the protocol is named; else answers wait 40 ms for an ACK
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as exc:
        listener.close()
        raise SettingsError(f"server: cannot listen on {host}:{port}: {exc.strerror}; {_mend(exc.errno)}") from exc
    listener.listen(1024)
    return listener


def _mend(number: int | None) -> str:
    if number == errno.EADDRNOTAVAIL:
        return "this machine has no such address (see its own with `ip address`): correct host under [server]"
    if number == errno.EACCES:
        return "ports below 1024 are root's: choose another under [server] port"
    return "another program may use the port (see it with `ss -ltnp`): end it, or choose another under [server] port"


if __name__ == "__main__":
    sys.exit(main())
