"""What a bench runs on: a folder on the real disk, and the sample city without its opening hours and quotas."""

import contextlib
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import tomli_w

from commands.demo.main import SAMPLE
from commands.prepare import ROOT
from hall.catalogue import HallPlan
from settings.load import hall_plan, read_site

MIDNIGHT = datetime(2026, 3, 3, 0, 0, tzinfo=timezone(timedelta(hours=8)))


@contextlib.contextmanager
def folder_on_disk() -> Iterator[Path]:
    """A folder beside the hall's own data, gone afterwards. /tmp may be memory, where a commit costs nothing."""
    disk = ROOT / ".hallq"
    disk.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=disk) as folder:
        yield Path(folder)


def write_site(folder: Path, *, broker_port: int, speed: float = 1.0, hall_epoch: datetime | None = None) -> Path:
    """The sample city's site file for a server of a bench: quiet, on a free port, open at any hour.

    Args:
        speed: hall seconds in a real one.
        hall_epoch: the hall's time now; the real one, or with another speed `MIDNIGHT`, if not given.
    """
    if speed != 1:
        hall_epoch = hall_epoch or MIDNIGHT
    site = _open_at_any_hour()
    site["catalogue"] = str((SAMPLE.parent / site["catalogue"]).resolve())
    site.pop("calendar")
    site["server"] = {"port": 0, "database": str(folder / "hall.sqlite")}
    site["broker"] = {"port": broker_port}
    site["speech"] = {"output": "off"}
    site["clock"] = {"speed": speed, "real_epoch_s": time.time(), "hall_epoch": hall_epoch} if hall_epoch else {}
    path = folder / "site.toml"
    path.write_text(tomli_w.dumps(site), encoding="utf-8")
    return path


def city(folder: Path) -> HallPlan:
    """The plan of that site."""
    return hall_plan(read_site(write_site(folder, broker_port=1)))


def counters_by_turns(plan: HallPlan, count: int) -> list[str]:
    """So many counters, the queues by turns, so that no queue has all of them."""
    lists = [list(plan.counters_of(prefix)) for prefix in plan.queues]
    longest = max(map(len, lists))
    turns = [numbers[turn] for turn in range(longest) for numbers in lists if turn < len(numbers)]
    return list(dict.fromkeys(turns))[:count]


def items_by_turns(plan: HallPlan) -> list[str]:
    """Every matter, the queues by turns, so that no queue runs out of numbers before the others."""
    lists = [[item.key for item in plan.items_of(prefix)] for prefix in plan.queues]
    lists = [keys for keys in lists if keys]
    longest = max(map(len, lists))
    return [keys[turn % len(keys)] for turn in range(longest) for keys in lists]


def _open_at_any_hour() -> dict[str, Any]:
    site = tomllib.loads(SAMPLE.read_text("utf-8"))
    site.pop("hours", None)
    for queue in site["queues"]:
        queue.pop("hours", None)
        queue["identity"] = "optional"
    return site
