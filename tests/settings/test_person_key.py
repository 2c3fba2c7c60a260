"""The hall's secret: made once, kept from others, and never quietly replaced."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from settings.load import SettingsError
from settings.person_key import read_or_make_key


def test_it_is_made_once_and_read_by_its_owner_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "keys" / "hall.key"

    first, second = read_or_make_key(path), read_or_make_key(path)
    assert caplog.text.count("every kiosk of the hall needs this same file") == 1
    assert first.hex() not in caplog.text

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["hall.key"]


def test_processes_that_make_it_at_once_agree(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _number: read_or_make_key(tmp_path / "hall.key"), range(32)))

    assert len(keys) == 1


@pytest.mark.parametrize("text", ["", "not hexadecimal", "00112233"])
def test_a_file_that_is_no_secret_is_refused_and_left_alone(tmp_path: Path, text: str):
    path = tmp_path / "hall.key"
    path.write_text(text)

    with pytest.raises(SettingsError) as refused:
        read_or_make_key(path)

    assert path.read_text() == text
    assert not text or text not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match=r"hall\.key"):
        read_or_make_key(tmp_path / "file" / "hall.key")
