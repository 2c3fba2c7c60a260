"""What a check found, and how checks are run: side by side, each for a limited time, none able to stop the others."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Literal

Status = Literal["ok", "warn", "bad"]

LIMIT_S = 3.0
COLOURS: dict[Status, str] = {"ok": "32", "warn": "33", "bad": "31"}  # SGR: green, yellow, red
MEND_PACKAGE = "run `./hallq kiosk --help` and `./hallq server --help` once: each brings in what it needs"


@dataclass(frozen=True)
class Finding:
    """One line. Whatever is not ok says what a person does about it."""

    status: Status
    check: str  # e.g. "broker", "K01.printer"
    text: str
    mend: str | None = None

    def __post_init__(self) -> None:
        if (self.status == "ok") is (self.mend is not None):
            raise ValueError(f"{self.check}: a mend goes with warn and bad, and only with them")

    def as_dict(self) -> dict[str, str | None]:
        """For `--json`."""
        return asdict(self)

    def line(self, *, in_colour: bool) -> str:
        """For a person."""
        status = f"{self.status:4}"
        if in_colour:
            status = f"\033[{COLOURS[self.status]}m{status}\033[0m"
        return f"{status}  {self.check}: {self.text}" + (f"  → {self.mend}" if self.mend else "")


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding("ok", check, text)


def warn(check: str, text: str, mend: str) -> Finding:
    """It works, but somebody should know."""
    return Finding("warn", check, text, mend)


def bad(check: str, text: str, mend: str) -> Finding:
    """It does not work."""
    return Finding("bad", check, text, mend)


@dataclass(frozen=True)
class Check:
    """One thing to look at."""

    name: str
    look: Callable[[], Iterable[Finding]]
    limit_s: float = LIMIT_S
    mend_when_late: str = "switch it off and on, and check its cable"


def examine(checks: Sequence[Check]) -> Iterator[Finding]:
    """Run all checks at once and give their findings in the order of the checks.

    One that takes longer than its limit is left behind in its thread, which does not keep the process.
    """
    began = time.monotonic()
    for check, answer in [(check, _begin(check)) for check in checks]:
        try:
            yield from answer.result(timeout=max(began + check.limit_s - time.monotonic(), 0.0))
        except TimeoutError:
            yield bad(check.name, f"no answer within {check.limit_s:g} s", check.mend_when_late)


def _begin(check: Check) -> "Future[list[Finding]]":
    answer: Future[list[Finding]] = Future()
    threading.Thread(target=_run, args=(check, answer), name=f"check {check.name}", daemon=True).start()
    return answer


def _run(check: Check, answer: "Future[list[Finding]]") -> None:
    try:
        findings = list(check.look())
    except ImportError as exc:
        findings = [bad(check.name, f"needs the Python package {exc.name}, which is not installed", MEND_PACKAGE)]
    except Exception as exc:  # noqa: BLE001 (a thread begins here; a broken check is a finding, too)
        mend = "this is a fault in HallQ's doctor: report this line"
        findings = [bad(check.name, f"the check itself failed: {type(exc).__name__}: {exc}", mend)]
    answer.set_result(findings)
