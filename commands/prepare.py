"""Prepare the machine for a command, then run it in HallQ's own environment. Only the standard library is used here.

Every step leaves a stamp once it is done, so a second run is quick and a run that was stopped half-way goes on where
it was. Nothing outside this folder is changed but Debian packages, which are only ever added.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMPS = ROOT / ".hallq" / "stamps"
UV = "uv==0.13.8"

BASE = ("python3-venv",)
SERVER = ("mosquitto", "espeak-ng", "alsa-utils")
BUILD_PYSCARD = ("gcc", "libc6-dev", "python3-dev", "libpcsclite-dev")
FONTS = ("fonts-noto-cjk", "fonts-noto-core", "fonts-dejavu-core")
KIOSK = (*BUILD_PYSCARD, "pcscd", "libccid", *FONTS, "libgl1", "libgl1-mesa-dri", "libegl1", "libgles2")
KIOSK_INPUT = ("libmtdev1",)
SIMULATORS = ("vsmartcard-vpcd",)
TESTS = ("chromium", "xvfb", "xdotool", "tesseract-ocr", "tesseract-ocr-chi-sim", "systemd")

PACKAGES: dict[str, tuple[str, ...]] = {  # command: Debian packages
    "server": (*BASE, *SERVER),
    "kiosk": (*BASE, *KIOSK, *KIOSK_INPUT),
    "bridge": BASE,
    "doctor": BASE,
    "demo": (*BASE, *SERVER, *KIOSK, *KIOSK_INPUT, *SIMULATORS),
    "pictures": (*BASE, *SERVER, *KIOSK, *KIOSK_INPUT, *SIMULATORS, *TESTS),
    "bench": (*BASE, *SERVER, *KIOSK, *KIOSK_INPUT, *SIMULATORS),
    "simulate": (*BASE, *SERVER),
    "sim": (*BASE, *KIOSK, *SIMULATORS),
    "test": (*BASE, *SERVER, *KIOSK, *KIOSK_INPUT, *SIMULATORS, *TESTS),
}
EXTRAS: dict[str, tuple[str, ...]] = {  # command: extras of pyproject.toml; "dev" is the development group
    "server": ("server",),
    "kiosk": ("kiosk", "vision"),
    "bridge": (),
    "doctor": (),
    "demo": ("server", "kiosk", "vision", "demo"),
    "pictures": ("server", "kiosk", "vision", "demo", "dev"),
    "bench": ("server", "kiosk", "vision", "demo"),
    "simulate": ("server", "demo", "simulate"),
    "sim": ("server", "kiosk", "vision", "demo"),
    "test": ("server", "kiosk", "vision", "demo", "simulate", "dev"),
}

USAGE = """usage: ./hallq COMMAND [OPTIONS]      (./hallq COMMAND --help says more)

  demo      a whole hall on simulated devices; prints the addresses to open, Ctrl-C ends it
  test      every test, with the checks of style and types
  server    the hall queue server          --config FILE
  kiosk     one kiosk                      --config FILE --id K01
  bridge    the link to the counters' boards   --config FILE
  doctor    checks this machine; one line each, with the mend
  pictures  makes the pictures of the README
  bench     measures, against limits taken in the same run
  sim       one simulated device, by hand: sim printer --tcp 9100
  simulate  runs halls through crashes, power cuts and wrong clocks, and checks every number
"""


class CannotPrepare(Exception):
    """The machine lacks something; the message is one sentence with the mend."""


def run(arguments: Sequence[str]) -> int:
    """Prepare for a command and become it.

    Returns:
        Only when the command is not run: 0 after the help, 1 when the machine cannot be prepared, 2 for no such one.
    """
    command = arguments[0] if arguments else "--help"
    if command in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    if command not in PACKAGES:
        print(f"hallq: there is no command {command!r}\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    try:
        prepare(command)
    except CannotPrepare as exc:
        print(f"hallq: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nhallq: stopped; the next run goes on from here", file=sys.stderr)
        return 130
    os.environ["PYTHONPATH"] = str(ROOT)
    # -P: a folder named "commands" where somebody happens to stand is not ours
    return _become([str(PYTHON), "-P", "-m", "commands", *arguments])


def _become(command: list[str]) -> NoReturn:
    os.execv(command[0], command)  # noqa: S606 (the command takes over this process, and its signals)


def prepare(command: str) -> None:
    """Bring in what a command needs.

    Raises:
        CannotPrepare: one sentence says what is missing and how to mend it.
    """
    steps: list[tuple[str, str, Callable[[], None]]] = [
        ("system packages", _digest(*PACKAGES[command]), lambda: _install_packages(PACKAGES[command])),
        ("Python environment", _digest(UV, sys.version), _make_environment),
        (
            "Python packages",
            _digest(*EXTRAS[command], (ROOT / "uv.lock").read_text(), sys.version),
            lambda: _sync(EXTRAS[command]),
        ),
    ]
    due = [step for step in steps if not _is_done(step[0], step[1])]
    for number, (name, digest, work) in enumerate(due, 1):
        print(f"[{number}/{len(due)}] {name} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        work()
        _mark_done(name, digest)
        print(f"[{number}/{len(due)}] {name}: done in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _is_done(name: str, digest: str) -> bool:
    return _stamp(name, digest).exists() and (name == "system packages" or PYTHON.exists())


def _mark_done(name: str, digest: str) -> None:
    try:
        STAMPS.mkdir(parents=True, exist_ok=True)
        _stamp(name, digest).touch()
    except OSError as exc:
        raise CannotPrepare(f"{STAMPS} cannot be written ({exc.strerror}); run this once as the owner of it") from exc


def _stamp(name: str, digest: str) -> Path:
    return STAMPS / f"{name.replace(' ', '-')}-{digest}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _install_packages(packages: Sequence[str]) -> None:
    missing = [package for package in packages if not _is_installed(package)]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise CannotPrepare(f"this is not Debian or Ubuntu (no apt-get); install what these hold: {' '.join(missing)}")
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and shutil.which("sudo") is None:
        raise CannotPrepare(f"run this once as root: apt-get install {' '.join(missing)}")
    print(f"      {' '.join(missing)}", file=sys.stderr)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _run([*sudo, *environment, "dpkg", "--configure", "-a"], "apt was stopped half-way and cannot go on")
    _run(
        [*sudo, *environment, "apt-get", "update", "-q"], "the package lists could not be fetched; is there a network?"
    )
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    _run([*sudo, *environment, *install, *missing], f"apt could not install {' '.join(missing)}")


def _is_installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "-W", "-f", "${Status}", package]
    return b"install ok installed" in subprocess.run(query, capture_output=True, check=False).stdout


def _make_environment() -> None:
    try:
        for stamp in STAMPS.glob("Python-*"):
            stamp.unlink()  # what was installed before is gone with the old environment
        venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
    except (subprocess.CalledProcessError, OSError) as exc:
        raise CannotPrepare(f"{ENVIRONMENT} could not be made ({exc}); try: apt install python3-venv") from exc
    _run([str(PYTHON), "-m", "pip", "install", "-q", UV], "pip could not fetch uv; is there a network?")


def _sync(extras: Sequence[str]) -> None:
    """Install the packages, and compile them and ours: a process that may write nothing starts in half the time."""
    command = [str(ENVIRONMENT / "bin" / "uv"), "sync", "--frozen", "--inexact", "--quiet", "--python", str(PYTHON)]
    command += ["--compile-bytecode"]
    for extra in extras:
        command += ["--group", "dev"] if extra == "dev" else ["--extra", extra]
    if "dev" not in extras:
        command += ["--no-dev"]
    _run(command, "the Python packages of uv.lock could not be installed; is there a network?")
    ours = [str(package.parent) for package in sorted(ROOT.glob("*/__init__.py"))]
    _run([str(PYTHON), "-m", "compileall", "-q", *ours], "HallQ's own code could not be compiled")


def _run(command: Sequence[str], otherwise: str) -> None:
    """Run a step quietly; on failure show the end of what it said."""
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT), "UV_LINK_MODE": "copy"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise CannotPrepare(f"{otherwise}.\n{tail}")
