"""What is known of old jobs after a restart, and with a disk that fails."""

import pytest

from devices.errors import CutterFault, DeviceUnavailable, PaperOut
from devices.printers.jobs import PrintedJobs


def test_outcomes_survive_a_restart(tmp_path):
    file = tmp_path / "printed.json"
    jobs = PrintedJobs(file)
    jobs.begin("job-1", "K01.printer")
    jobs.remember("job-1", None)
    jobs.begin("job-2", "K01.printer")
    jobs.remember("job-2", PaperOut("K01.printer", "paper roll is empty"))

    again = PrintedJobs(file)

    assert again["job-1"] is None
    assert (type(again["job-2"]), str(again["job-2"])) == (PaperOut, "K01.printer: paper roll is empty")
    assert "job-3" not in again
    assert again.half_printed


def test_a_job_that_had_begun_when_the_power_went_counts_as_half_printed(tmp_path):
    PrintedJobs(tmp_path / "printed.json").begin("job-1", "K01.printer")

    jobs = PrintedJobs(tmp_path / "printed.json")

    assert isinstance(jobs["job-1"], DeviceUnavailable)
    assert "part may be on paper" in str(jobs["job-1"])
    assert jobs.half_printed
    jobs.cut_off()
    assert not PrintedJobs(tmp_path / "printed.json").half_printed


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"outcomes": 3, "half_printed": true}', b"\xff\x00"])
def test_a_damaged_file_is_said_and_written_anew(tmp_path, caplog, damage):
    file = tmp_path / "printed.json"
    file.write_bytes(damage)

    jobs = PrintedJobs(file)

    assert "cannot be read" in caplog.text
    assert jobs.half_printed  # the safe side: a few millimetres of paper
    jobs.begin("job-1", "K01.printer")
    jobs.remember("job-1", CutterFault("K01.printer", "the cutter is stuck"))
    assert isinstance(PrintedJobs(file)["job-1"], CutterFault)


def test_a_disk_that_fails_stops_no_printing(tmp_path, caplog):
    jobs = PrintedJobs(tmp_path / "no folder" / "printed.json")

    jobs.begin("job-1", "K01.printer")
    jobs.remember("job-1", None)

    assert jobs["job-1"] is None
    assert "cannot be written" in caplog.text


def test_the_file_stays_small(tmp_path):
    jobs = PrintedJobs(tmp_path / "printed.json")

    for number in range(200):
        jobs.remember(f"job-{number}", None)

    assert (tmp_path / "printed.json").stat().st_size < 4000
    assert [path.name for path in tmp_path.iterdir()] == ["printed.json"]
    assert "job-199" in PrintedJobs(tmp_path / "printed.json")
    assert "job-100" not in PrintedJobs(tmp_path / "printed.json")
