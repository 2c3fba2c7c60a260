"""Checks of the machine alone: they need no site file, and only the standard library."""

import ctypes
import ctypes.util
import importlib.metadata
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from commands.doctor.findings import MEND_PACKAGE, Check, Finding, bad, ok, warn

ROOT = Path(__file__).resolve().parents[2]
PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
EARLIEST_YEAR = 2026  # a clock that says less has lost its battery
TIME_ERROR, TIMEX_BYTES = 5, 512  # adjtimex(2): its answer when unsynchronised; struct timex has 208 bytes on x86-64
LITTLE_SPACE, TOO_LITTLE_SPACE = 2_000_000_000, 200_000_000  # bytes
GL_LIBRARIES = {"GL": "libgl1", "EGL": "libegl1", "GLESv2": "libgles2", "mtdev": "libmtdev1"}
RENEW = "delete .hallq/stamps/Python-packages-*: the next ./hallq command brings the packages in line with uv.lock"

BROUGHT_BY_PYTHON = {"pip", "setuptools"}  # in every environment of Python 3.11, whatever the lock file says

PROGRAMS = {  # program: (Debian package, who needs it)
    "mosquitto": ("mosquitto", "the machine with the broker"),
    "espeak-ng": ("espeak-ng", "the server, to speak calls"),
    "pcscd": ("pcscd", "kiosks with a reader for social security cards"),
}
ONLY_FOR_TESTS = ("chromium", "Xvfb")


def checks() -> list[Check]:
    """All of them."""
    return [
        Check("python", _python),
        Check("packages", packages),
        *(Check(program, partial(_program, program)) for program in PROGRAMS),
        *(Check(program, partial(_program_for_tests, program)) for program in ONLY_FOR_TESTS),
        Check("graphics", _graphics),
        Check("fonts", _fonts, limit_s=15.0, mend_when_late="look whether the disk is full or very slow"),
        Check("disk", lambda: [free_space("disk", ROOT)]),
        Check("clock", _clock),
    ]


def packages(lock: Path = ROOT / "uv.lock", installed: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Whether the Python packages are those of the lock file.

    Args:
        lock: a lock file of uv.
        installed: versions by name; None looks at this interpreter's.
    """
    name = "packages"
    try:
        locked: list[dict[str, Any]] = tomllib.loads(lock.read_text())["package"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as exc:
        yield warn(name, f"{lock} cannot be read: {exc}", "unpack the release again")
        return
    have = {p: v for p, v in (_installed() if installed is None else installed).items() if p not in BROUGHT_BY_PYTHON}
    wanted: dict[str, set[str]] = {}
    for package in locked:
        wanted.setdefault(package["name"], set()).add(package["version"])
    differing = [f"{p} {have[p]}" for p, versions in wanted.items() if p in have and have[p] not in versions]
    project = next(p for p in locked if p["source"].get("editable") == ".")
    missing = _missing(project["dependencies"], have)
    if differing:
        yield bad(name, f"not the version of uv.lock: {', '.join(sorted(differing))}", RENEW)
    if missing:
        yield bad(name, f"not installed: {', '.join(missing)}", RENEW)
    if not differing and not missing:
        yield ok(name, f"{len(wanted.keys() & have.keys())} of {len(wanted)} installed, all as in uv.lock")
    for role in ("server", "kiosk"):
        absent = _missing(project.get("optional-dependencies", {}).get(role, []), have)
        yield ok(
            f"{name} of the {role}",
            f"not all on this machine ({', '.join(absent)}): ./hallq {role} brings them in" if absent else "installed",
        )


def free_space(check: str, folder: Path) -> Finding:
    """How much room there is where `folder` (which may not exist yet) is."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free under {folder}"
    if free < TOO_LITTLE_SPACE:
        return bad(check, text, f"delete what is not needed: HallQ wants {LITTLE_SPACE // 10**9} GB")
    if free < LITTLE_SPACE:
        return warn(check, text, f"make room: HallQ wants {LITTLE_SPACE // 10**9} GB")
    return ok(check, text)


def _installed() -> dict[str, str]:
    return {re.sub(r"[-_.]+", "-", found.name).lower(): found.version for found in importlib.metadata.distributions()}


def _missing(dependencies: Sequence[Mapping[str, Any]], have: Mapping[str, str]) -> list[str]:
    return [d["name"] for d in dependencies if d["name"] not in have]


def _python() -> Iterator[Finding]:
    text = f"{sys.version.split()[0]} in {sys.prefix}"
    if sys.version_info >= (3, 14):
        yield warn("python", f"{text}: newer than what HallQ was tried with", "use Python 3.11 to 3.13")
    else:
        yield ok("python", text)


def _program(program: str) -> Iterator[Finding]:
    package, needed_by = PROGRAMS[program]
    path = shutil.which(program, path=PATHS)
    if path:
        yield ok(program, path)
    else:
        yield warn(program, f"not installed; needed by {needed_by}", f"apt install {package}")


def _program_for_tests(program: str) -> Iterator[Finding]:
    yield ok(program, shutil.which(program, path=PATHS) or "not installed; only HallQ's own tests need it")


def _graphics() -> Iterator[Finding]:
    missing = [package for library, package in GL_LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if missing:
        yield warn("graphics", "libraries of the kiosk's screen are missing", f"apt install {' '.join(missing)}")
        return
    cards = sorted(Path("/dev/dri").glob("card*"))
    closed = [card for card in cards if not os.access(card, os.R_OK | os.W_OK)]
    if closed:
        yield warn(
            "graphics", f"{closed[0]} may not be opened by this user", "add the user to the groups video, render"
        )
    else:
        yield ok("graphics", f"OpenGL is there, with {len(cards)} graphics card(s)")


def _fonts() -> Iterator[Finding]:
    """The faces of kiosks and tickets; a machine that is only a server does without them."""
    try:
        from settings.fonts import FontMissing, cjk_font

        folder = {cjk_font(bold=bold).parent for bold in (False, True)}.pop()
    except ImportError as exc:
        yield warn("fonts", f"needs the Python package {exc.name}; only kiosks need it", MEND_PACKAGE)
    except FontMissing as exc:
        text, _, mend = str(exc).partition("; mend: ")
        yield bad("fonts", text, mend or "make the folder writable, or set HALLQ_CACHE to one that is")
    else:
        yield ok("fonts", f"Chinese faces in {folder}")


def _clock() -> Iterator[Finding]:
    now = datetime.now(UTC)
    if now.year < EARLIEST_YEAR:
        yield bad("clock", f"it says {now:%Y-%m-%d}", "set the clock, and replace the battery of the main board")
        return
    timex = (ctypes.c_long * (TIMEX_BYTES // 8))()  # modes 0: only ask
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) == TIME_ERROR:
        mend = "enable a time service: apt install systemd-timesyncd, then timedatectl set-ntp true"
        yield warn("clock", f"{now:%Y-%m-%d %H:%M} UTC, and nothing keeps it right", mend)
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, kept right by a time service")
