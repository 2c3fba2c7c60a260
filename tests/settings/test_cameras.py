"""Cameras in a site file."""

from pathlib import Path

import pytest

from settings.devices.cameras import FileCamera
from settings.load import read_site

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "halls" / "sample_city.toml"


@pytest.mark.parametrize("path", ["pages", "../pages/one.avi", "/srv/hallq/pages"])
def test_pictures_are_looked_for_from_the_site_file_s_folder(tmp_path, path):
    text = SAMPLE.read_text(encoding="utf-8").replace("../", f"{SAMPLE.parent}/../")
    text = text.replace('kiosk_id = "K01"', f'kiosk_id = "K01"\ncamera = {{ kind = "file", path = "{path}" }}')
    (tmp_path / "hall.toml").write_text(text, encoding="utf-8")

    camera = read_site(tmp_path / "hall.toml").kiosks[0].camera

    assert isinstance(camera, FileCamera)
    assert camera.path == tmp_path / path
