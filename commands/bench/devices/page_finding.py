"""How fast a page is found, and how often rightly, in frames that were invented to be hard.

The weights of the search were fitted on frames of other seeds (docs/decisions/0021): these here it has never seen.
Times are of one core: the processor's, so that what else runs on the machine does not count.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context

import cv2
import numpy as np

from commands.bench.contact_sheet import Failure, contact_sheet
from commands.bench.hard_frames import KEPT, HardFrame, hard_frames
from commands.bench.rows import Row, at_least, at_most, noted
from commands.bench.scale import Scale
from devices.cameras.page import NoPage, Page, Picture, Reason, overlap
from devices.cameras.page_finding import find_page
from devices.cameras.page_outline import PageFollower, draw_outline
from devices.cameras.synthetic_frames import SCENES

SEED = 20_270_101
COUNT, SIZE = 540, (1600, 1200)
LARGE_COUNT, LARGE_SIZE = 15, (4000, 3000)
QUICK_COUNT, QUICK_SIZE = 15, (800, 600)
PREVIEW_SIZE = (1920, 1080)
GOAL_IOU, GOAL_EXACT, GOAL_FALSE = 96.0, 97.0, 0.5  # per cent
EXACT, FALSE = 0.90, 0.50  # intersection over union
GOAL_FOUND, GOAL_PREVIEW = 8.0, 20.0  # frames a second


def bench(scale: Scale) -> list[Row]:
    """Speed on 12-megapixel frames and on a preview, then the hard set; its failures as a picture in .hallq/."""
    # A process of its own, as the camera's is: numpy's products use all cores, unless told before they are loaded.
    with _environment(OPENBLAS_NUM_THREADS="1"), ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_rows, scale).result()


def _rows(scale: Scale) -> list[Row]:
    cv2.setNumThreads(1)
    return [_found_row(scale), _preview_row(scale), *_hard_rows(scale)]


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables that a process started meanwhile sees."""
    kept = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def is_quick(scale: Scale) -> bool:
    """Whether only to see that it works."""
    return scale.seconds < 1


def _found_row(scale: Scale) -> Row:
    frames = [hard.frame for hard in hard_frames(SEED, 1 if is_quick(scale) else LARGE_COUNT, LARGE_SIZE)]
    rate = _rate(cycle(frames).__next__, find_page, scale.seconds)
    return at_least("pages looked for in 12-megapixel frames, one core", rate, "1/s", GOAL_FOUND)


def _preview_row(scale: Scale) -> Row:
    """A page that is pushed about by up to four dots a frame."""
    still = next(hard for hard in hard_frames(SEED, len(SCENES), PREVIEW_SIZE) if hard.truth is not None).frame
    moved = cycle([np.roll(still, int(shift), axis=1) for shift in (0, 3, 7, 4, 1, -2, -5, -2)])
    follower = PageFollower()

    def preview(frame: Picture) -> None:
        found = follower.follow(frame)
        if isinstance(found, Page):
            draw_outline(frame, found.quad)

    rate = _rate(moved.__next__, preview, scale.seconds)
    return at_least("preview with the page outlined, 1080p, one core", rate, "1/s", GOAL_PREVIEW)


def _rate(following: Callable[[], Picture], work: Callable[[Picture], object], seconds: float) -> float:
    """How often a second of one core does it; at least once round all frames that a second of it may see."""
    work(following())
    took_s, done = 0.0, 0
    while took_s < seconds or done < 2:
        frame = following()
        began = time.process_time()
        work(frame)
        took_s += time.process_time() - began
        done += 1
    return done / took_s


def _hard_rows(scale: Scale) -> list[Row]:
    count, size = (QUICK_COUNT, QUICK_SIZE) if is_quick(scale) else (COUNT, SIZE)
    scores: list[float] = []
    false = unnamed = cut_off = 0
    failures: list[Failure] = []
    for hard in hard_frames(SEED, count, size):
        found = find_page(hard.frame)
        score = _score(hard, found)
        if hard.truth is not None:
            scores.append(score)
        wrong = isinstance(found, Page) and score < FALSE
        false += wrong
        if SCENES[hard.scene].cut_off:
            cut_off += 1
            unnamed += found != NoPage(Reason.CUT_OFF, getattr(found, "trust", 0.0))
        if wrong or (hard.truth is not None and score < EXACT):
            failures.append(Failure(hard, found, score))
    sheet = contact_sheet(failures, KEPT.parent / "page_failures.png")
    exact = 100 * float(np.mean([score >= EXACT for score in scores]))
    return [
        at_least("hard frames: mean intersection over union", 100 * float(np.mean(scores)), "%", GOAL_IOU),
        at_least("hard frames: pages found to 0.90 or better", exact, "%", GOAL_EXACT),
        at_most("hard frames: false pages", 100 * false / count, "%", GOAL_FALSE),
        noted("hard frames: cut-off pages called so", 100 * (1 - unnamed / max(cut_off, 1)), "%", 100.0),
        noted(f"hard frames; failures in {sheet}", float(count), "frames"),
    ]


def _score(hard: HardFrame, found: Page | NoPage) -> float:
    """Intersection over union; a page that was not found has 0, and so has one where none lies whole."""
    return overlap(found.quad, hard.truth) if isinstance(found, Page) and hard.truth is not None else 0.0
