"""The kiosk's book of numbers: what is in it is on the disk, and nothing of a visitor stays longer than it must."""

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hall.identity import DocumentKind
from hall.messages import MergeTicket, NumbersLeased
from kiosk.adapters.lease_book import BookUnavailable, LeaseBook, NoNumbersLeft
from tests.kiosk.gallery import ROOT

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
MASKED = "**************000X"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "k01.sqlite"


@pytest.fixture
def book(path: Path) -> Iterator[LeaseBook]:
    with contextlib.closing(a_book(path)) as book:
        yield book


def a_book(path: Path, hall_id: str = "h", kiosk_id: str = "K01") -> LeaseBook:
    return LeaseBook(path, hall_id=hall_id, kiosk_id=kiosk_id)


def block(first: int, last: int, *, prefix: str = "A", day: date = TODAY, lease_id: str | None = None) -> NumbersLeased:
    return NumbersLeased(
        lease_id=lease_id or f"{prefix}{first}-{day}",
        kiosk_id="K01",
        business_day=day,
        prefix=prefix,
        first=first,
        last=last,
    )


def draw(book: LeaseBook, name: str, *, prefix: str = "A", now: datetime = NOW) -> MergeTicket:
    return book.draw(
        prefix,
        now,
        lambda lease_id, number, arrived_at: MergeTicket(
            command_id=f"command-{name}",
            lease_id=lease_id,
            number=number,
            ticket_id=f"ticket-{name}",
            arrived_at=arrived_at,
            item_key="I1",
            kiosk_id="K01",
            identity_kind=DocumentKind.RESIDENT,
            masked_number=MASKED,
        ),
    )


def waiting(book: LeaseBook) -> list[str]:
    """Hand everything in, as it comes."""
    found = []
    while (ticket := book.next_to_hand_in()) is not None:
        found.append(ticket.ticket_id)
        book.handed_in(ticket)
    return found


def content(path: Path) -> bytes:
    """Every byte of the book's files."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


# ---- numbers ------------------------------------------------------------------------------------------------------


def test_numbers_are_used_one_after_another_and_block_after_block(book: LeaseBook):
    book.keep(block(5, 6))
    book.keep(block(21, 22))

    assert [draw(book, str(n)).number for n in range(4)] == [5, 6, 21, 22]
    with pytest.raises(NoNumbersLeft):
        draw(book, "one too many")


def test_each_queue_has_its_own_numbers(book: LeaseBook):
    book.keep(block(1, 3))
    book.keep(block(1, 2, prefix="B"))

    draw(book, "a")

    assert book.numbers_left(TODAY) == {"A": 2, "B": 2}
    with pytest.raises(NoNumbersLeft):
        draw(book, "c", prefix="C")


def test_a_block_that_is_told_twice_does_not_begin_again(book: LeaseBook):
    book.keep(block(1, 3))
    draw(book, "a")

    book.keep(block(1, 3))

    assert draw(book, "b").number == 2


def test_numbers_of_another_day_are_not_used(book: LeaseBook):
    book.keep(block(1, 3, day=TODAY - timedelta(days=1)))
    book.keep(block(4, 6, day=TODAY + timedelta(days=1)))

    with pytest.raises(NoNumbersLeft):
        draw(book, "a")


def test_the_same_id_asks_for_a_block_until_one_is_kept(path: Path):
    with contextlib.closing(a_book(path)) as book:
        assert book.wish_for("A", TODAY, "first") == "first"
    with contextlib.closing(a_book(path)) as book:  # also after a crash
        assert book.wish_for("A", TODAY, "second") == "first"
        assert book.wish_for("B", TODAY, "third") == "third"

        book.keep(block(1, 3))

        assert book.wish_for("A", TODAY, "fourth") == "fourth"
        assert book.wish_for("B", TODAY + timedelta(days=1), "fifth") == "fifth"


def test_another_journal_s_numbers_are_given_up_and_its_tickets_are_not(book: LeaseBook):
    book.hear_incarnation("first")
    book.keep(block(1, 5))
    draw(book, "a")
    assert book.hear_incarnation("first") == 0

    assert book.hear_incarnation("second") == 4

    assert book.numbers_left(TODAY) == {}
    assert waiting(book) == ["ticket-a"]


def test_a_server_that_gives_numbers_again_after_a_restored_backup_does_not_get_them_used_again(book: LeaseBook):
    book.keep(block(1, 5))
    draw(book, "a")
    draw(book, "b")
    book.hear_incarnation("first")
    book.hear_incarnation("restored")

    book.keep(block(1, 5, lease_id="again"))

    assert draw(book, "c").number == 3


# ---- tickets ------------------------------------------------------------------------------------------------------


def test_tickets_wait_in_the_order_of_arrival_until_they_are_handed_in(book: LeaseBook):
    book.keep(block(1, 3))
    book.keep(block(1, 3, prefix="B"))
    for name, prefix in (("1", "A"), ("2", "B"), ("3", "A")):
        draw(book, name, prefix=prefix)

    first_of_b = book.next_to_hand_in("B")

    assert first_of_b is not None
    assert first_of_b.ticket_id == "ticket-2"
    assert waiting(book) == ["ticket-1", "ticket-2", "ticket-3"]
    assert not book.is_waiting("ticket-1")


def test_a_clock_set_back_lets_nobody_arrive_before_who_was_there(book: LeaseBook):
    book.keep(block(1, 3))
    first = draw(book, "1")

    second = draw(book, "2", now=NOW - timedelta(minutes=30))

    assert second.arrived_at == first.arrived_at == NOW


def test_an_attempt_finds_its_number_again_also_when_it_is_handed_in(book: LeaseBook):
    book.keep(block(1, 3))
    drawn = draw(book, "1")
    assert book.given_for("command-1") == (drawn, "A")
    assert book.given_for("command-2") is None

    book.handed_in(drawn)

    found = book.given_for("command-1")
    assert found is not None
    assert (found[0].number, found[0].masked_number) == (1, None)


def test_a_ticket_left_to_a_person_is_listed_and_not_handed_in_again(book: LeaseBook):
    book.keep(block(7, 9))
    book.leave_to_person(draw(book, "1"), "number_used")

    assert book.left_to_person() == [("A007", "number_used")]
    assert book.next_to_hand_in() is None


# ---- people -------------------------------------------------------------------------------------------------------


def test_a_ticket_that_is_handed_in_says_nothing_of_its_visitor_any_more(path: Path):
    with contextlib.closing(a_book(path)) as book:
        book.keep(block(1, 3))
        draw(book, "1")
        assert MASKED.encode() in content(path)

        waiting(book)

    assert MASKED.encode() not in content(path)


def test_what_belongs_to_an_earlier_day_is_counted_and_wiped_from_the_file(book: LeaseBook, path: Path):
    book.keep(block(1, 5))
    book.handed_in(draw(book, "1"))
    draw(book, "2")
    book.leave_to_person(draw(book, "3"), "number_used")
    assert MASKED.encode() in content(path)

    expired = book.begin_day(TODAY + timedelta(days=1))

    assert expired == 2
    assert (book.next_to_hand_in(), book.left_to_person(), book.numbers_left(TODAY)) == (None, [], {})
    assert MASKED.encode() not in content(path)


def test_a_clock_that_starts_in_1970_forgets_nothing(book: LeaseBook):
    book.keep(block(1, 3))
    draw(book, "1")

    assert book.begin_day(date(1970, 1, 1)) == 0

    assert waiting(book) == ["ticket-1"]


def test_only_the_kiosk_may_read_its_book(book: LeaseBook, path: Path):
    book.keep(block(1, 3))

    assert {file.stat().st_mode & 0o777 for file in path.parent.glob("k01*")} == {0o600}


# ---- the disk -----------------------------------------------------------------------------------------------------


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
from tests.kiosk.test_lease_book import a_book, block, draw
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


def test_a_book_that_was_set_aside_is_not_kept_for_long(path: Path):
    stranger = path.with_name("k01.sqlite.set-aside-1")
    stranger.write_bytes(b"old")
    os.utime(stranger, (0, 0))

    a_book(path).close()

    assert not stranger.exists()


def test_a_second_process_does_not_get_the_book(book: LeaseBook, path: Path):
    book.keep(block(1, 5))
    opens = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.kiosk.test_lease_book import a_book, BookUnavailable
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
