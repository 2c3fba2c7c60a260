import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from commands import pictures
from commands.pictures_of_papers import SHOWN
from devices.printers.blocks import Code
from devices.printers.drawing import draw
from devices.printers.papers.samples import sample_papers
from settings.locale import texts_in


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


def test_pictures_of_papers_need_neither_hall_nor_browser(tmp_path: Path):
    assert pictures.main(["--papers", "--into", str(tmp_path)]) == 0

    assert {path.stem for path in (tmp_path / "papers").iterdir()} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_of_a_paper_is_as_it_is_printed_today_and_its_code_is_read_back(name: str):
    paper = sample_papers(texts_in("zh_CN"))[name]

    with Image.open(pictures.FOLDER / "papers" / f"{name}.png") as picture:
        read = [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]
        size = picture.size

    assert read == [block.data for block in paper if isinstance(block, Code)]
    assert size == draw(paper).size
