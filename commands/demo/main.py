"""`./hallq demo`: brings up a whole hall on simulated devices, lets citizens and clerks in, and reports on it."""

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from commands.demo.broker import NoMosquitto
from commands.demo.hall import DemoHall, Options
from commands.demo.processes import DidNotStart
from commands.demo.profile import PRESETS
from commands.demo.report import Report
from commands.demo.running import Running
from commands.prepare import ROOT
from settings.load import SettingsError
from settings.logs import set_up_logs

SAMPLE = ROOT / "config" / "halls" / "sample_city.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    Returns:
        0; 1 when something was lost, doubled or shown wrong, or a part did not start; 2 when the site file cannot be
        used; 130 after a second Ctrl-C, which does not wait for the visits that are under way.
    """
    options = _parse(arguments)
    set_up_logs("demo", level=logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="hallq-demo-"))
    stop = threading.Event()

    def close_in_order(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, close_in_order)
    try:
        with DemoHall(_settings(options), folder) as hall:
            _say(hall, options)
            stop.wait(options.seconds)
            print("closing the hall …", flush=True)
            report = hall.close_and_report()
    except (NoMosquitto, SettingsError) as exc:
        print(f"hallq demo: {exc}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        return 2 if isinstance(exc, SettingsError) else 1
    except DidNotStart as exc:
        print(f"hallq demo: {exc}\nlogs are in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"hallq demo: stopped at once; logs are in {folder}", file=sys.stderr)
        return 130
    if options.report is not None:
        options.report.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    _summarise(report)
    if report.is_clean and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs, tickets and speech are in {folder}")
    return 0 if report.is_clean else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hallq demo", description=__doc__)
    parser.add_argument("--config", type=Path, default=SAMPLE, help="the site file (default: the sample city)")
    parser.add_argument(
        "--preset", choices=sorted(PRESETS), default="county", help="size of the hall (default: county)"
    )
    parser.add_argument("--speed", type=float, default=10.0, help="hall seconds in a real second (default: 10)")
    parser.add_argument("--for", type=float, dest="seconds", metavar="SECONDS", help="end by itself after so long")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (default: 1)")
    parser.add_argument("--start", default="09:30", metavar="HH:MM", help="the hall's time (default: 09:30)")
    parser.add_argument("--headless", action="store_true", help="no window, even where there is a screen")
    parser.add_argument("--voice", action="store_true", help="speak through the sound card instead of into files")
    parser.add_argument("--keep", action="store_true", help="keep logs, tickets and speech")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the figures as JSON")
    options = parser.parse_args(arguments)
    if not 0 < options.speed <= 1000:
        parser.error("--speed goes from above 0 to 1000")
    if options.seconds is not None and options.seconds <= 0:
        parser.error("--for wants more than 0 seconds")
    if options.report is not None and not os.access(options.report.parent, os.W_OK | os.X_OK):
        parser.error(f"--report: there is no folder {options.report.parent} that can be written")
    if options.headless and options.seconds is None:
        parser.error("--headless wants --for SECONDS as well")
    return options


def _settings(options: argparse.Namespace) -> Options:
    return Options(
        site=options.config,
        preset=options.preset,
        seed=options.seed,
        running=Running(
            speed=options.speed,
            start=options.start,
            headless=options.headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")),
            voice=options.voice,
        ),
    )


def _say(hall: DemoHall, options: argparse.Namespace) -> None:
    url = hall.base_url
    counter = hall.counters[0]
    is_seen = not _settings(options).running.headless
    kiosks = "in windows of their own" if is_seen else "drawn unseen; see ./hallq pictures, or run it where a screen is"
    print(
        f"""
  {hall.plan.name} · {hall.plan.name_en}, {options.speed:g} times as fast as the clock

  call display   {url}/display
  clerk's page   {url}/counter/{counter}        (one for each of {len(hall.counters)} open counters)
  manager        {url}/manager
  all pages      {url}/
  tickets        {hall.folder}/tickets        (gone at the end, unless --keep is given)
  speech         {hall.folder}/speech
  kiosks         {kiosks}

  {f"ends by itself after {options.seconds:g} s" if options.seconds else "Ctrl-C ends it"}
""",
        flush=True,
    )


def _summarise(report: Report) -> None:
    print(
        f"visitors {report.visitors} · issued {report.issued} · printed {report.printed} · called {report.called} · "
        f"shown {report.shown} · spoken {report.spoken} · completed {report.completed} · rated {report.rated}"
    )
    print(f"lost {report.lost} · doubled {report.doubled} · wrong {report.wrong}")
    for name in ("call_to_display", "call_to_bar", "touch_to_print"):
        row = getattr(report, name)
        print(f"{name.replace('_', ' '):16} p50 {row.p50_ms} ms · p95 {row.p95_ms} ms · p99 {row.p99_ms} ms")
    print("memory (MB)      " + json.dumps(report.memory_mb))
    for finding in report.findings:
        print(f"  {finding}")
