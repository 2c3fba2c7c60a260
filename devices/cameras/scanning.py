"""The product's own eyes for the camera process: `Vision`, made of finding, straightening and judging pages."""

from devices.cameras.card_sheet import card_sheet
from devices.cameras.frames import Pixels
from devices.cameras.page import A4, CARD, NoPage, Page
from devices.cameras.page_finding import find_page
from devices.cameras.quality import is_blank, quality
from devices.cameras.straighten import shadow_free, straightened, turned, upright
from devices.cameras.vision import Judgement, Quad, Sighting, Straight


class PageVision:
    """A `Vision`; keeps nothing between two pictures."""

    def find(self, picture: Pixels, *, is_card: bool) -> Sighting:
        """Where the page (or card) lies, or a `Reason`."""
        found = find_page(picture, CARD if is_card else A4)
        if isinstance(found, NoPage):
            return Sighting(None, found.reason.value)
        return Sighting(found.quad)

    def straighten(self, picture: Pixels, quad: Quad, dpi: int, *, is_card: bool) -> Straight:
        """The page upright and without shadow; a card always lies."""
        found = upright(straightened(picture, quad, CARD if is_card else A4, dpi))
        page = found.page
        if is_card and page.shape[0] > page.shape[1]:
            page = turned(page, 270)
        return Straight(shadow_free(page), found.head_known)

    def judge(self, picture: Pixels, quad: Quad, page: Pixels) -> Judgement:
        """How good the shot is, with the worst `Flaw`."""
        found = quality(picture, Page(quad, trust=1.0))
        worst = found.flaws[0].value if found.flaws else None
        return Judgement(found.sharpness, found.glare, is_blank(page), worst)

    def card_page(self, sides: tuple[Pixels, ...], dpi: int) -> Pixels:
        """Front above back."""
        front, back = sides
        return card_sheet(front, back, dpi)
