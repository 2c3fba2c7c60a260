"""Checks of one hall: its site file, broker, database and server."""

import json
import os
import queue
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from commands.doctor.findings import Check, Finding, bad, ok, warn
from commands.doctor.machine import free_space

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

    from settings.site import Site

ANSWER_S = 2.0
WAL_BYTES, WAL = slice(18, 20), b"\x02\x02"  # https://www.sqlite.org/fileformat.html#the_database_header
MEND_DAMAGE = "stop the server, keep this file for whoever looks into it, and restore the newest backup"
START_SERVER = "start it: systemctl start hallq-server, or ./hallq server --config FILE"


def checks(site: "Site", path: Path) -> list[Check]:
    """All of them; `path` is the site file."""
    return [
        Check("site file", lambda: _site_file(site, path)),
        Check("speech", lambda: _speech(site)),
        Check("broker", lambda: broker(site)),
        Check("database", lambda: database(site.server.database)),
        Check("server", lambda: server(site)),
    ]


def _site_file(site: "Site", path: Path) -> Iterator[Finding]:
    from settings.load import SettingsError, hall_plan
    from settings.locale import texts_in

    try:
        plan = hall_plan(site)
        texts_in(site.hall.language)
    except SettingsError as exc:
        yield bad("site file", str(exc), "correct the file that is named")
        return
    yield ok(
        "site file", f"{path}: {len(plan.queues)} queues, {len(plan.counters)} counters, {len(site.kiosks)} kiosks"
    )
    if site.broker.password is not None and path.stat().st_mode & 0o004:
        yield warn("site file", "it may hold the broker's password and everybody may read it", f"chmod o-r {path}")
    if _is_loopback(urlsplit(site.server.public_url).hostname or ""):
        text = f"public_url is {site.server.public_url}: no phone and no other machine reaches that"
        yield warn("site file", text, "put this machine's address in the hall's network under [server] public_url")


def _speech(site: "Site") -> Iterator[Finding]:
    cards = Path("/proc/asound/cards")
    has_card = cards.exists() and "no soundcards" not in cards.read_text()
    if site.speech.output == "off":
        yield ok("speech", "switched off in the site file")
    elif site.speech.output == "wav" or has_card:
        yield ok("speech", "WAV files" if site.speech.output == "wav" else "there is a sound card")
    elif site.speech.output in ("auto", "syn6288"):
        yield warn("speech", "no sound card: calls are written to WAV files", "plug in a sound card and its driver")
    else:
        yield bad("speech", "no sound card", "plug one in, or set [speech] output to wav or off")


def broker(site: "Site") -> Iterator[Finding]:
    """Connect as HallQ's processes do, and wait for the broker's own word that it took us in."""
    place = f"{site.broker.host}:{site.broker.port}"
    try:
        answer = _broker_answer(site)
    except OSError as exc:
        mend = "start mosquitto: systemctl start mosquitto; or correct [broker] in the site file"
        yield bad("broker", f"nobody answers at {place} ({exc.strerror or exc})", mend)
        return
    if answer is None:
        yield bad("broker", f"{place} does not speak MQTT", "correct [broker] in the site file")
    elif answer[0].is_failure:
        yield bad("broker", f"{place} refuses us: {answer[0]}", "correct username and password under [broker]")
    else:
        yield ok("broker", f"{place} answers in {answer[1] * 1000:.0f} ms")


def _broker_answer(site: "Site") -> "tuple[ReasonCode, float] | None":
    """What the broker says to a connection, and after how many seconds; None when that takes more than `ANSWER_S`.

    Raises:
        OSError: nobody takes the connection.
    """
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    answers: queue.SimpleQueue[tuple[ReasonCode, float]] = queue.SimpleQueue()

    def connected(_client: object, _data: object, _flags: object, reason: "ReasonCode", _props: object) -> None:
        answers.put((reason, time.monotonic() - began))

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"hallq-doctor-{os.getpid()}", protocol=mqtt.MQTTv5)
    if site.broker.username is not None:
        password = site.broker.password
        client.username_pw_set(site.broker.username, password.get_secret_value() if password else None)
    client.on_connect = connected
    client.connect_timeout = ANSWER_S
    began = time.monotonic()
    client.connect(site.broker.host, site.broker.port)
    client.loop_start()
    try:
        return answers.get(timeout=max(began + ANSWER_S - time.monotonic(), 0.1))
    except queue.Empty:
        return None
    finally:
        client.disconnect()
        client.loop_stop()


def database(path: Path) -> Iterator[Finding]:
    """Whether the journal can be used; it is only read, and a running server is not disturbed."""
    path = path.resolve()
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        yield bad("database", f"{folder} may not be written by this user", f"chown it to the server's user: {folder}")
        return
    holder = lock_holder(Path(f"{path}.lock"))
    held = f", held by the running server, process {holder}" if holder else ""
    if path.exists():
        yield _journal(path, held)
    else:
        yield ok("database", f"{path}: none yet; the server makes it at its first start")
    yield free_space("database", folder)


def _journal(path: Path, held: str) -> Finding:
    try:
        extent = _look_through(path)
        with path.open("rb") as file:
            has_log = file.read(100)[WAL_BYTES] == WAL
    except (OSError, sqlite3.Error) as exc:
        return bad("database", f"{path} is damaged or cannot be read: {exc}", MEND_DAMAGE)
    if not has_log:
        return warn("database", f"{path} has no write-ahead log{held}", "start the server once: it switches it on")
    return ok("database", f"{path}: {extent}, with write-ahead log{held}")


def _look_through(path: Path) -> str:
    """Let SQLite look for damage, for at most `ANSWER_S`; says how far it came.

    Without a log beside it the file is opened as immutable: no files are made that the server's user could not use.

    Raises:
        sqlite3.Error: it is damaged.
    """
    has_log = Path(f"{path}-wal").exists()
    uri = f"{path.as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        until = time.monotonic() + ANSWER_S
        connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError as exc:
            if "interrupted" not in str(exc):
                raise
            return f"sound as far as one can look in {ANSWER_S:g} s"
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    return "sound"


def lock_holder(lock: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """The process that holds a file's flock, without trying to take it. Source: proc(5), /proc/locks."""
    try:
        inode = str(lock.stat().st_ino)
        lines = [line.split() for line in locks.read_text().splitlines()]
    except OSError:
        return None
    return next((int(f[4]) for f in lines if f[1:2] == ["FLOCK"] and f[5].split(":")[2] == inode), None)


def server(site: "Site") -> Iterator[Finding]:
    """Whether kiosks can reach the server where the site file says."""
    url = f"{site.server.public_url.rstrip('/')}/api/v1/health"
    if not url.startswith(("http://", "https://")):
        yield bad("server", f"public_url is no web address: {site.server.public_url}", "correct [server] public_url")
        return
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=ANSWER_S) as answer:
            health = json.load(answer)
        hall_id, is_connected = health["hall_id"], health["broker_connected"]
    except (urllib.error.HTTPError, ValueError, KeyError, TypeError) as exc:
        mend = "correct [server] public_url in the site file"
        yield bad("server", f"{url}: answers, but not as HallQ ({exc})", mend)
        return
    except OSError as exc:
        yield bad("server", f"{url}: nobody answers ({getattr(exc, 'reason', exc)})", START_SERVER)
        return
    if hall_id != site.hall.hall_id:
        yield bad("server", f"{url} is the server of {hall_id!r}", "correct [server] public_url in the site file")
    elif not is_connected:
        yield warn("server", f"{url}: runs, but has no broker: bars and evaluators stand still", "see broker above")
    else:
        yield ok("server", f"{url}: runs and has its broker")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
