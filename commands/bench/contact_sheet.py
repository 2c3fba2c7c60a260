"""What a search got wrong, as one picture: the truth in red, the answer in green, a caption each."""

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from msgspec import Struct

from commands.bench.hard_frames import HardFrame
from devices.cameras.page import NoPage, Page, Picture, Quad

TILE_PX = (480, 360)
COLUMNS = 4
RED, GREEN, WHITE, BLACK = (40, 40, 230), (60, 200, 60), (255, 255, 255), (0, 0, 0)


class Failure(Struct, frozen=True):
    """A frame, what was answered, and how far that agrees with the truth."""

    hard: HardFrame
    found: Page | NoPage
    score: float


def contact_sheet(failures: Sequence[Failure], path: Path) -> Path:
    """Write all failures side by side; without any, a single empty tile."""
    tiles = [_tile(failure) for failure in failures] or [np.zeros((TILE_PX[1], TILE_PX[0], 3), np.uint8)]
    columns = min(COLUMNS, len(tiles))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(math.ceil(len(tiles) / columns))]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows))
    return path


def _tile(failure: Failure) -> Picture:
    frame = failure.hard.frame
    tile = np.asarray(cv2.resize(frame, TILE_PX, interpolation=cv2.INTER_AREA), np.uint8)
    scale = TILE_PX[0] / frame.shape[1]
    if failure.hard.truth is not None:
        _draw(tile, failure.hard.truth * scale, RED)
    said = failure.found.reason.value if isinstance(failure.found, NoPage) else f"{failure.score:.2f}"
    if isinstance(failure.found, Page):
        _draw(tile, failure.found.quad * scale, GREEN)
    caption = f"{failure.hard.scene}: {said}, trust {failure.found.trust:.2f}"
    for colour, thick in ((BLACK, 3), (WHITE, 1)):
        cv2.putText(tile, caption, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thick, cv2.LINE_AA)
    return tile


def _draw(tile: Picture, quad: Quad, colour: tuple[int, int, int]) -> None:
    cv2.polylines(tile, [np.round(quad).astype(np.int32)], isClosed=True, color=colour, thickness=1)
