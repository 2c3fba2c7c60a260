"""The Chinese face is found, taken out once, and has the right shapes."""

import multiprocessing
from pathlib import Path

import pytest
from PIL import ImageFont

from settings import fonts
from settings.fonts import FontMissing, cache_folder, cjk_font

COLLECTION = fonts.SYSTEM_FOLDER / "NotoSansCJK-Regular.ttc"
needs_noto = pytest.mark.skipif(not COLLECTION.is_file(), reason="fonts-noto-cjk is not installed")


def shape(path: Path, character: str, face: int = 0) -> bytes:
    return bytes(ImageFont.truetype(str(path), 60, index=face).getmask(character))


@pytest.fixture(autouse=True, scope="module")
def _own_cache(tmp_path_factory):
    """Faces are taken out anew for these tests, whatever an older run has left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALLQ_CACHE", str(tmp_path_factory.mktemp("fonts")))
        yield


def _take(folder: str, answers: "multiprocessing.Queue[int]") -> None:
    import os

    os.environ["HALLQ_CACHE"] = folder
    answers.put(cjk_font(bold=False).stat().st_size)


@needs_noto
@pytest.mark.parametrize("character", "直将")
def test_the_shapes_are_simplified_chinese_and_not_japanese(character):
    taken = shape(cjk_font(bold=False), character)

    assert taken == shape(COLLECTION, character, face=2)
    assert taken != shape(COLLECTION, character, face=0)


@needs_noto
def test_regular_and_bold_are_two_files():
    assert shape(cjk_font(bold=False), "政") != shape(cjk_font(bold=True), "政")


@needs_noto
def test_a_face_is_taken_out_once_and_then_only_looked_up(tmp_path, monkeypatch):
    monkeypatch.setenv("HALLQ_CACHE", str(tmp_path / "new"))

    first = cjk_font(bold=False)
    again = cjk_font(bold=False, system_folder=tmp_path / "no such folder")

    assert first == again == tmp_path / "new" / "NotoSansCJKsc-Regular.otf"
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@needs_noto
def test_two_processes_may_take_it_out_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[int] = context.Queue()
    takers = [context.Process(target=_take, args=(str(tmp_path), answers)) for _ in range(2)]

    for taker in takers:
        taker.start()
    sizes = {answers.get(timeout=60) for _ in takers}
    for taker in takers:
        taker.join(timeout=60)

    assert len(sizes) == 1
    assert sizes.pop() > 10_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["NotoSansCJKsc-Regular.otf"]


def test_a_missing_font_says_how_to_mend_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HALLQ_CACHE", str(tmp_path / "cache"))

    with pytest.raises(FontMissing, match="apt install fonts-noto-cjk"):
        cjk_font(bold=False, system_folder=tmp_path)


@needs_noto
def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HALLQ_CACHE", str(tmp_path / "file"))

    with pytest.raises(FontMissing, match="cannot be written"):
        cjk_font(bold=False)


def test_the_cache_is_beside_the_checkout_unless_the_environment_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("HALLQ_CACHE", raising=False)
    checkout = Path(fonts.__file__).parents[1]
    assert cache_folder() in (checkout / ".hallq" / "fonts", Path.home() / ".cache" / "hallq")

    monkeypatch.setenv("HALLQ_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
