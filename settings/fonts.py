"""The fonts of screens and tickets: Mongolian, and the Simplified Chinese face of Noto CJK as a file of its own.

Debian ships Noto CJK as collections whose first face has Japanese shapes, and a screen toolkit cannot choose
another one. The right face is taken out once and kept; whoever draws with it need not know.
"""

import os
import tempfile
from pathlib import Path

SYSTEM_FOLDER = Path("/usr/share/fonts/opentype/noto")  # Debian and Ubuntu, package fonts-noto-cjk
COLLECTIONS = {False: "NotoSansCJK-Regular.ttc", True: "NotoSansCJK-Bold.ttc"}
FAMILY = "Noto Sans CJK SC"
FAMILY_NAME_ID = 1  # in an OpenType "name" table
OTHER_FACES = (  # asked in this order for a character that the Chinese face lacks
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSymbols-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)

MONGOLIAN = Path("/usr/share/fonts/truetype/noto/NotoSansMongolian-Regular.ttf")  # package fonts-noto-core


class FontMissing(RuntimeError):
    """The system lacks a font, or what joins its letters; the message says how to mend it."""


def cjk_font(*, bold: bool, system_folder: Path = SYSTEM_FOLDER) -> Path:
    """The file with Simplified Chinese shapes, made at the first use (about 1 s, 16 MB).

    Safe to call from several processes at once: each makes its own copy and the last rename wins.

    Raises:
        FontMissing: the font is not installed, or the cache folder cannot be written.
    """
    kept = cache_folder() / ("NotoSansCJKsc-Bold.otf" if bold else "NotoSansCJKsc-Regular.otf")
    if kept.is_file():
        return kept
    collection = system_folder / COLLECTIONS[bold]
    if not collection.is_file():
        raise FontMissing(f"the Chinese font {collection} is not installed; mend: apt install fonts-noto-cjk")
    try:
        _take_out(collection, kept)
    except OSError as exc:
        raise FontMissing(f"{kept.parent}: the font cache cannot be written: {exc}") from exc
    return kept


def mongolian_font(path: Path = MONGOLIAN) -> Path:
    """The file with traditional Mongolian letters. They must be joined: see `devices.printers.mongolian`.

    Raises:
        FontMissing: it is not installed.
    """
    if not path.is_file():
        raise FontMissing(f"the Mongolian font {path} is not installed; mend: apt install fonts-noto-core")
    return path


def other_fonts() -> tuple[Path, ...]:
    """Installed fonts for characters that `cjk_font` lacks, best first; may be empty."""
    return tuple(path for path in map(Path, OTHER_FACES) if path.is_file())


def cache_folder() -> Path:
    """Where taken-out faces are kept: HALLQ_CACHE, else the checkout's .hallq/fonts, else ~/.cache/hallq."""
    if chosen := os.environ.get("HALLQ_CACHE"):
        return Path(chosen)
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and os.access(checkout, os.W_OK):
        return checkout / ".hallq" / "fonts"
    return Path.home() / ".cache" / "hallq"


def _take_out(collection: Path, kept: Path) -> None:
    """Write one face of a collection; readers see the whole file or none."""
    # Only here, since a filled cache does without fontTools.
    from fontTools.ttLib import TTCollection

    kept.parent.mkdir(parents=True, exist_ok=True)
    with TTCollection(str(collection), lazy=True) as faces:
        face = next((f for f in faces.fonts if f["name"].getDebugName(FAMILY_NAME_ID) == FAMILY), None)
        if face is None:
            raise FontMissing(f"{collection} has no face {FAMILY!r}; mend: apt install fonts-noto-cjk")
        handle, part = tempfile.mkstemp(dir=kept.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                face.save(file)
            Path(part).chmod(0o644)
            Path(part).replace(kept)
        finally:
            Path(part).unlink(missing_ok=True)
