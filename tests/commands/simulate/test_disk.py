"""The disk that loses power: what may be left of bytes and names."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from commands.simulate.disk import Disk, DiskError, Fault, Tear
from commands.simulate.disk_file import SECTOR

A, B = b"a" * SECTOR, b"b" * SECTOR
SEEDS = range(60)


def disk_with(data: bytes, **kwargs: bool) -> Disk:
    """A disk with one file, "f", whose name and bytes are durable."""
    disk = Disk(**kwargs)
    disk.create("f")
    disk.write("f", 0, data)
    disk.sync("f")
    disk.sync_folder()
    return disk


def left(disk: Disk, tear: Tear = Tear.BYTES, name: str = "f", seeds: range = SEEDS) -> set[bytes | None]:
    """What a cut may leave of a file, over many seeds."""
    found: set[bytes | None] = set()
    for seed in seeds:
        cut = disk.after_cut(None, random.Random(seed), tear=tear)
        found.add(cut.read(name, 0, 1 << 20) if cut.exists(name) else None)
    return found


# ---- bytes ----------------------------------------------------------------------------------------------------------


def test_synced_bytes_under_a_synced_name_stay():
    assert left(disk_with(A)) == {A}


@pytest.mark.parametrize("tear", Tear)
def test_an_unsynced_write_may_be_there_or_not(tear: Tear):
    disk = disk_with(A)
    disk.write("f", 0, B)

    assert {A, B} <= left(disk, tear)


def test_whole_writes_reach_the_platters_in_any_order():
    disk = disk_with(A + A)
    disk.write("f", 0, B)
    disk.write("f", SECTOR, B)

    assert left(disk, Tear.WRITES) == {A + A, A + B, B + A, B + B}


def test_a_write_comes_apart_where_sectors_meet():
    disk = disk_with(A + A)
    disk.write("f", SECTOR - 10, b"b" * 20)

    found = left(disk, Tear.SECTORS)

    first, second = A[:-10] + b"b" * 10, b"b" * 10 + A[:-10]
    assert found == {A + A, first + A, A + second, first + second}


def test_of_a_sector_under_the_head_any_part_may_be_new_but_nothing_else():
    disk = disk_with(A)
    disk.write("f", 0, B)

    found = left(disk, Tear.BYTES, seeds=range(300))

    assert len(found) > 10
    for data in found:
        assert data is not None
        assert data.strip(b"a") in (data.strip(b"ab"), b"b" * data.count(b"b"))  # one run of new bytes


@pytest.mark.parametrize(("powersafe_overwrite", "harms_neighbours"), [(True, False), (False, True)])
def test_garbage_harms_bytes_next_to_a_write_only_without_powersafe_overwrite(
    powersafe_overwrite: bool, harms_neighbours: bool
):
    disk = disk_with(A + A, powersafe_overwrite=powersafe_overwrite)
    disk.write("f", 100, b"b" * 50)

    found = {data for data in left(disk, Tear.GARBAGE, seeds=range(200)) if data is not None}

    assert any(data[100:150] not in (b"a" * 50, b"b" * 50) for data in found)
    assert any(data[:100] != A[:100] or data[150:SECTOR] != A[150:] for data in found) == harms_neighbours
    assert all(data[SECTOR:] == A for data in found)


def test_a_file_may_have_grown_before_its_bytes_arrived():
    disk = disk_with(A)
    disk.write("f", SECTOR, B)

    assert A + bytes(SECTOR) in left(disk, Tear.SECTORS)
    assert any(data and data[SECTOR:] not in (b"", B) for data in left(disk, Tear.GARBAGE))


def test_an_unsynced_truncation_may_be_undone():
    disk = disk_with(A + B)
    disk.truncate("f", SECTOR)

    assert {A, A + B} <= left(disk)


def test_bytes_cut_off_and_written_over_do_not_come_back_after_a_sync():
    disk = disk_with(A + B)
    disk.truncate("f", 10)
    disk.write("f", SECTOR, b"c")
    disk.sync("f")

    assert left(disk) == {A[:10] + bytes(SECTOR - 10) + b"c"}


# ---- names ----------------------------------------------------------------------------------------------------------


def test_a_new_file_may_be_gone_although_its_bytes_were_synced():
    disk = Disk()
    disk.create("f")
    disk.write("f", 0, A)
    disk.sync("f")

    assert left(disk) == {A, None}


def test_a_deleted_file_may_be_back_until_its_folder_is_synced():
    disk = disk_with(A)
    disk.delete("f")

    before = left(disk)
    disk.sync_folder()

    assert before == {A, None}
    assert left(disk) == {None}


def test_a_file_made_anew_under_a_deleted_name_may_turn_out_to_be_either():
    disk = disk_with(A)
    disk.delete("f")
    disk.create("f")
    disk.write("f", 0, B)
    disk.sync("f")

    assert left(disk) == {A, B, None}


# ---- positions, seeds, the end of a process -------------------------------------------------------------------------


def test_a_cut_in_the_past_leaves_what_a_cut_at_that_time_would_have_left():
    disk = Disk()
    disk.start_trace()
    rng, then = random.Random(5), []
    for step in range(40):
        then.append({seed: disk.after_cut(None, random.Random(seed)) for seed in range(5)})
        act = rng.choice([disk.sync_folder, partial(disk.sync, "f"), partial(disk.write, "f", rng.randrange(2000), B)])
        act() if disk.exists("f") else disk.create("f")
        assert disk.trace is not None
        assert len(disk.trace) == step + 1

    for position, cuts in enumerate(then):
        for seed, cut in cuts.items():
            again = disk.after_cut(position, random.Random(seed))

            assert again.names() == cut.names()
            assert [again.read(n, 0, 5000) for n in again.names()] == [cut.read(n, 0, 5000) for n in cut.names()]


def test_a_cut_changes_nothing_on_the_disk_that_was_cut():
    disk = disk_with(A)
    disk.write("f", 0, B)

    disk.after_cut().write("f", 0, b"x")

    assert disk.read("f", 0, SECTOR) == B
    assert left(disk) >= {A, B}


def test_a_killed_process_loses_nothing_and_leaves_the_unsynced_unsynced():
    disk = disk_with(A)
    disk.write("f", 0, B)

    twin = disk.after_kill()
    disk.sync("f")

    assert twin.read("f", 0, SECTOR) == B
    assert left(twin) >= {A, B}
    assert left(disk) == {B}


def test_a_cut_in_the_past_without_a_trace_is_refused():
    with pytest.raises(ValueError, match="start_trace"):
        Disk().after_cut(0)


# ---- faults ---------------------------------------------------------------------------------------------------------


def test_after_a_failed_sync_the_new_bytes_are_read_but_a_later_sync_does_not_write_them():
    found = set()
    for seed in range(20):
        disk = Disk(seed=seed)
        disk.create("f")
        disk.write("f", 0, A)
        disk.sync("f")
        disk.sync_folder()
        disk.write("f", 0, B)
        disk.fail_next(Fault.SYNC_ERROR)
        with pytest.raises(DiskError, match="sync error"):
            disk.sync("f")
        assert disk.read("f", 0, SECTOR) == B

        disk.sync("f")
        found |= left(disk)
        disk.write("f", 0, B)
        disk.sync("f")

        assert left(disk) == {B}
    assert found == {A, B}


def test_a_full_disk_takes_at_most_a_first_part():
    disk = disk_with(A)
    disk.fail_next(Fault.DISK_FULL)

    with pytest.raises(DiskError, match="disk full"):
        disk.write("f", 0, B)

    assert disk.read("f", 0, SECTOR).lstrip(b"b").strip(b"a") == b""
    assert disk.read("f", 0, SECTOR) != B


@pytest.mark.parametrize("break_it", [Disk.power_off, partial(setattr, name="read_only")], ids=["off", "read-only"])
def test_a_disk_without_power_and_a_read_only_one_change_nothing(break_it: Callable[..., None]):
    disk = disk_with(A)
    if break_it is Disk.power_off:
        disk.power_off()
    else:
        disk.read_only = True

    for act in (partial(disk.write, "f", 0, B), partial(disk.truncate, "f", 0), partial(disk.delete, "f")):
        with pytest.raises(DiskError):
            act()
    with pytest.raises(DiskError):
        disk.sync("f")

    assert left(disk) == {A}
