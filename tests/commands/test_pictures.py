import re
from pathlib import Path

import pytest
from PIL import Image

from commands import pictures


def test_without_a_browser_it_says_what_to_install_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(pictures, "CHROMIUM", str(tmp_path / "no chromium"))

    code = pictures.main(["--into", str(tmp_path / "pictures")])

    assert code == 1
    assert "apt install chromium" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()


def test_the_pictures_that_the_readmes_show_are_there_and_none_is_left_over():
    root = Path(pictures.__file__).resolve().parents[1]
    readmes = [(root / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]

    made = {path.stem for path in pictures.FOLDER.glob("*.png")}

    for text in readmes:
        assert set(re.findall(r"docs/pictures/([\w-]+)\.png", text)) == made


@pytest.mark.parametrize("path", sorted(pictures.FOLDER.glob("*.png")), ids=lambda path: path.stem)
def test_no_picture_is_blank(path: Path):
    with Image.open(path) as picture:
        darkest, lightest = picture.convert("L").getextrema()

    assert lightest - darkest > 100
