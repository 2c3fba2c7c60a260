"""Pictures of what a hall hands out on paper, dot for dot as a printer puts it out. Needs no running hall."""

from pathlib import Path

from devices.printers.drawing import draw
from devices.printers.papers.samples import sample_papers
from devices.printers.raster import preview, raster
from settings.locale import texts_in

SHOWN = ("ticket-mn", "ticket-reprint", "receipt", "notice", "guide", "mandate")


def photograph_papers(into: Path) -> None:
    """Make a picture of each sample paper.

    Raises:
        FontMissing: a font is not installed.
    """
    into.mkdir(parents=True, exist_ok=True)
    papers = sample_papers(texts_in("zh_CN"))
    for name in SHOWN:
        path = into / f"{name}.png"
        picture = preview(raster(draw(papers[name])))
        picture.save(path, optimize=True)
        print(f"{path.name:28} {picture.width}×{picture.height}, {path.stat().st_size // 1024} kB", flush=True)
