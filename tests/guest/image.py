"""The guest's disk: a small Debian with a stock kernel, in memory from the start. Built once, by root, from the mirror.

Nothing of HallQ is in it: a guest sees the working tree through a shared folder. Packages are unpacked and not
installed, which takes seconds; there is no systemd, and `inside/init` is the first program.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".hallq" / "guest"
INIT = Path(__file__).parent / "inside" / "init"
SUITE = "bookworm"
PACKAGES = (
    "busybox-static", "kmod", "linux-image-amd64", "udev",
    "python3", "python3-evdev", "python3-pil", "python3-serial",
)  # fmt: skip
MODULES = (  # of the stock kernel's, with all they need; the cloud kernel has nearly none of them
    "virtio_pci", "9p", "9pnet_virtio",  # the shared folder
    "evdev", "uinput", "xhci_pci", "usbhid", "hid_generic",  # keyboards, made inside and plugged in from outside
    "dummy_hcd", "libcomposite", "usb_f_printer", "usblp",  # a USB printer inside one kernel
    "vivid",  # a camera
)  # fmt: skip
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/perl", "usr/lib/klibc", "boot")
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap", "cpio": "cpio", "depmod": "kmod",
    "modprobe": "kmod",
}  # fmt: skip
BUILD_S = 600


@dataclass(frozen=True)
class Image:
    """What QEMU needs to start."""

    kernel: Path
    initramfs: Path


class CannotBuild(Exception):
    """A program failed, most likely because the mirror cannot be reached."""


def missing() -> str | None:
    """Why no guest can be built and run on this machine, in one sentence; None: it can."""
    if os.geteuid() != 0:
        return "a guest's image is built by root"
    packages = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    return f"not installed: {', '.join(packages)} (Debian packages)" if packages else None


def image() -> Image:
    """The image of this recipe; built at the first call, which takes about a minute and needs the mirror.

    Raises:
        CannotBuild: with what the failing program said.
    """
    folder = FOLDER / _recipe()
    found = Image(folder / "vmlinuz", folder / "root.cpio")
    with _one_at_a_time():
        if not found.initramfs.exists():
            for older in FOLDER.glob("*/"):
                shutil.rmtree(older)
            draft = folder.with_name(f"{folder.name}.draft")
            _build(draft)
            draft.rename(folder)
    return found


def _recipe() -> str:
    parts = (SUITE, *PACKAGES, *MODULES, *LEFT_OUT, INIT.read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: Path) -> None:
    tree = folder / "tree"
    folder.mkdir(parents=True)
    _run("mmdebstrap", "--quiet", "--variant=extract", "--aptopt=APT::Install-Recommends \"false\"",
         f"--include={','.join(PACKAGES)}", SUITE, str(tree))  # fmt: skip
    (kernel,) = (tree / "boot").glob("vmlinuz-*")
    shutil.copy(kernel, folder / "vmlinuz")
    _keep_modules(tree, kernel.name.removeprefix("vmlinuz-"))
    for each in LEFT_OUT:
        shutil.rmtree(tree / each, ignore_errors=True)
    for name, text in {"passwd": "root:x:0:0:root:/root:/bin/sh\n", "group": "root:x:0:\ninput:x:101:\n"}.items():
        (tree / "etc" / name).write_text(text, encoding="ascii")
    shutil.copy(INIT, tree / "init")
    (tree / "init").chmod(0o755)
    # Without bytecode every start of Python compiles its library, which an emulated processor does for half a minute.
    libraries = [f"/{each.relative_to(tree)}" for each in (tree / "usr" / "lib").glob("python3*")]
    _run("chroot", str(tree), "/usr/bin/python3", "-m", "compileall", "-q", *libraries)
    _run("sh", "-c", 'cd "$1" && find . | cpio --quiet -o -H newc > ../root.cpio', "sh", str(tree))
    shutil.rmtree(tree)


def _keep_modules(tree: Path, version: str) -> None:
    """Throw away every module of the kernel that neither MODULES nor their dependencies name: 390 of 400 MB."""
    _run("depmod", "-b", str(tree), version)
    shown = _run("modprobe", "-d", str(tree), "-S", version, "-a", "--show-depends", *MODULES)
    kept = {Path(line.split()[1]).resolve() for line in shown.splitlines() if line.startswith("insmod")}
    for module in (tree / "lib" / "modules" / version / "kernel").rglob("*.ko"):
        if module.resolve() not in kept:
            module.unlink()
    _run("depmod", "-b", str(tree), version)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise CannotBuild(f"{command[0]} took more than {BUILD_S} s") from exc
    if done.returncode:
        raise CannotBuild(f"{command[0]} failed: {done.stderr[-1000:]}")
    return done.stdout
