"""The file under the book of numbers: what is in it is on the disk, and it is one process's alone."""

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.adapters.lease_book import BookUnavailable, LeaseBook
from tests.kiosk.gallery import ROOT
from tests.kiosk.offline.books import TODAY, a_book, block, draw, waiting


def test_every_change_is_synced_before_it_counts(book: LeaseBook):
    with book._file.reading() as rows:  # there is no other trace of it, short of cutting the power
        modes = [rows.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert modes == ["wal", 2]


def test_a_power_cut_after_a_draw_loses_nothing_and_repeats_nothing(path: Path, tmp_path: Path):
    cut = tmp_path / "after the cut" / path.name
    with contextlib.closing(a_book(path)) as book:
        book.keep(block(1, 5))
        draw(book, "1")
        shutil.copytree(path.parent, cut.parent, ignore=shutil.ignore_patterns("after*"))  # what the disk has now

    with contextlib.closing(a_book(cut)) as book:
        assert draw(book, "2").number == 2
        assert waiting(book) == ["ticket-1", "ticket-2"]


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.kiosk.offline.books import a_book, block, draw
book = a_book(Path({path!r}))
book.keep(block(1, 50))
for name in range(1000):
    print(draw(book, str(name)).number, flush=True)
    if name == 7:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_kiosk_never_shows_a_number_again(path: Path):
    said = subprocess.run(
        [sys.executable, "-c", KILLED.format(root=str(ROOT), path=str(path))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == -signal.SIGKILL, said.stderr
    shown = [int(line) for line in said.stdout.split()]
    assert shown == list(range(1, 9))

    with contextlib.closing(a_book(path)) as book:
        assert draw(book, "next").number == 9
        assert waiting(book) == [*(f"ticket-{n}" for n in range(8)), "ticket-next"]


@contextlib.contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """No file of this process may grow beyond what the book's files have now."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(file.stat().st_size for file in path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_gives_out_no_number_and_the_next_one_is_good_again(book: LeaseBook, path: Path):
    book.keep(block(1, 5))
    draw(book, "1")
    with full_disk(path), pytest.raises(BookUnavailable):
        draw(book, "2")

    assert draw(book, "3").number == 2
    assert waiting(book) == ["ticket-1", "ticket-3"]


def test_a_damaged_file_is_said_to_be_damaged(path: Path):
    with contextlib.closing(a_book(path)) as book:
        book.keep(block(1, 5))
        for name in range(5):
            draw(book, str(name))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))

    with pytest.raises(BookUnavailable, match=r"k01\.sqlite"):
        a_book(path)


@pytest.mark.parametrize("what", [b"this is a text file, and long enough to be taken for one" * 40, b"\x00" * 8192])
def test_a_file_that_is_no_book_is_left_alone(path: Path, what: bytes):
    path.write_bytes(what)

    with pytest.raises(BookUnavailable):
        a_book(path)

    assert path.read_bytes() == what


def test_another_program_s_database_is_left_alone(path: Path):
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE owner (name TEXT)")

    with pytest.raises(BookUnavailable, match="not a kiosk's book"):
        a_book(path)


def test_a_book_of_a_newer_release_is_left_alone(path: Path):
    a_book(path).close()
    with contextlib.closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")

    with pytest.raises(BookUnavailable, match="newer release"):
        a_book(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "a file").write_text("")

    with pytest.raises(BookUnavailable, match="a file"):
        a_book(tmp_path / "a file" / "k01.sqlite")


@pytest.mark.parametrize("owner", [("another hall", "K01"), ("h", "K02")])
def test_another_hall_s_or_kiosk_s_book_is_set_aside_with_what_is_in_it(
    path: Path, owner: tuple[str, str], caplog: pytest.LogCaptureFixture
):
    with contextlib.closing(a_book(path, *owner)) as book:
        book.keep(block(1, 5))
        draw(book, "1")

    with contextlib.closing(a_book(path)) as book:
        assert book.numbers_left(TODAY) == {}
        assert book.next_to_hand_in() is None

    (aside,) = path.parent.glob("k01.sqlite.set-aside-*")
    assert "with 1 tickets" in caplog.text
    with contextlib.closing(a_book(aside, *owner)) as book:
        assert waiting(book) == ["ticket-1"]


def test_a_book_that_was_set_aside_is_kept_until_the_server_says_that_its_day_is_over(path: Path):
    with contextlib.closing(a_book(path, "another hall")) as book:
        book.keep(block(1, 5))
        draw(book, "1")

    with contextlib.closing(a_book(path)) as book:
        (aside,) = path.parent.glob("k01.sqlite.set-aside-*")
        os.utime(aside, (0, 0))  # what a clock says of it counts for nothing
        book.forget_before(TODAY)
        assert aside.exists()

        book.forget_before(TODAY + timedelta(days=1))

    assert not aside.exists()


def test_a_second_process_does_not_get_the_book(book: LeaseBook, path: Path):
    book.keep(block(1, 5))
    opens = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from kiosk.adapters.lease_book import BookUnavailable
from tests.kiosk.offline.books import a_book
try:
    a_book(Path({str(path)!r}))
except BookUnavailable as exc:
    print(exc)
"""
    said = subprocess.run([sys.executable, "-c", opens], capture_output=True, text=True, check=True)

    assert "locked" in said.stdout


def test_a_closed_book_says_so_and_closing_twice_is_harmless(path: Path):
    book = a_book(path)
    book.close()
    book.close()

    with pytest.raises(BookUnavailable, match="closed"):
        book.numbers_left(TODAY)
