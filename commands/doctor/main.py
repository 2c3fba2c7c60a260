"""`./hallq doctor [--config FILE]`: one line each for what was looked at, and the mend where something is wrong."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from commands.doctor import machine
from commands.doctor.findings import MEND_PACKAGE, Check, Finding, bad, examine


def main(arguments: list[str]) -> int:
    """Look at the machine and, with a site file, at its hall.

    Returns:
        0 when nothing is bad, else 1.
    """
    options = _options(arguments)
    logging.getLogger().addHandler(logging.NullHandler())  # drivers' logs say again what the lines say
    findings = []
    in_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for finding in _findings(options.config, frozenset(options.id)):
        findings.append(finding)
        if not options.json:
            print(finding.line(in_colour=in_colour), flush=True)
    if options.json:
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=2))
    return int(any(finding.status == "bad" for finding in findings))


def _findings(config: Path | None, only: frozenset[str]) -> Iterator[Finding]:
    checks = machine.checks()
    at_once: list[Finding] = []
    if config is not None:
        try:
            checks += _of_the_hall(config, only)
        except ImportError as exc:
            text = f"cannot be read without the Python package {exc.name}"
            at_once.append(bad("site file", text, MEND_PACKAGE))
        except _Unusable as exc:
            at_once.append(bad("site file", str(exc), "correct the site file, or the command line"))
    yield from examine(checks)
    yield from at_once


class _Unusable(Exception):
    """The site file, or what was asked of it."""


def _of_the_hall(config: Path, only: frozenset[str]) -> list[Check]:
    """The checks that need a site file; only here is anything imported that is not in the standard library."""
    from commands.doctor import devices, hall, keys
    from settings.load import SettingsError, read_site

    try:
        site = read_site(config)
    except SettingsError as exc:
        raise _Unusable(str(exc)) from exc
    if unknown := only - set(devices.known_ids(site)):
        known = ", ".join(devices.known_ids(site)) or "none"
        raise _Unusable(f"no such kiosk, board, line or bars: {min(unknown)!r} (the site file has: {known})")
    return hall.checks(site, config) + keys.checks(site) + devices.checks(site, only)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="hallq doctor", description="Check this machine; one line each, with the mend."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="a site file: check its hall and its devices, too")
    parser.add_argument(
        "--id",
        action="append",
        default=[],
        metavar="ID",
        help="ask only the devices of this kiosk, board, line or bars, or of the server",
    )
    parser.add_argument("--json", action="store_true", help="print an array of findings")
    options = parser.parse_args(arguments)
    if options.id and options.config is None:
        parser.error("--id needs --config FILE: the site file says what hangs on it")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
