"""Both sides of a card on one A4 sheet at true size, as offices ask for copies. Ignorant of whose card it is."""

import cv2
import numpy as np

from devices.cameras.page import A4, CARD, Picture
from devices.cameras.straighten import MM_PER_INCH

FRONT_MIDDLE, BACK_MIDDLE = 0.3, 0.55  # of the sheet's height
PAPER_WHITE = 255


def card_sheet(front: Picture, back: Picture, dpi: int = 200) -> Picture:
    """Lay two straightened sides one below the other in the middle of a white sheet.

    Args:
        front, back: BGR of any size in dots, wider than high; each is drawn 85.6 x 54 mm. Never changed.
        dpi: of the sheet: at 200 it has 1654 x 2339 dots and a card 674 x 425.
    """
    width, height = (round(side / MM_PER_INCH * dpi) for side in (A4.width_mm, A4.height_mm))
    sheet = np.full((height, width, 3), PAPER_WHITE, np.uint8)
    card_width, card_height = (round(side / MM_PER_INCH * dpi) for side in (CARD.width_mm, CARD.height_mm))
    left = (width - card_width) // 2
    for side, middle in ((front, FRONT_MIDDLE), (back, BACK_MIDDLE)):
        top = round(height * middle) - card_height // 2
        how = cv2.INTER_AREA if side.shape[1] > card_width else cv2.INTER_CUBIC
        sheet[top : top + card_height, left : left + card_width] = cv2.resize(
            side, (card_width, card_height), interpolation=how
        )
    return sheet
