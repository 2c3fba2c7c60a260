"""The kiosk's colours and sizes. A test holds every text's contrast at 4.5:1 or more.

The sizes are design values: texts of 24 px and more, keys 20 mm and more on the smallest panel of a kiosk.
"""

NAVY = "#0A2E66"
BLUE = "#1450A3"
SKY = "#DCE8F8"
PAPER = "#F3F7FC"
CARD = "#FFFFFF"
LINE = "#C9D7EA"
INK = "#12233F"
MUTED = "#4A5B76"
WHITE = "#FFFFFF"
HAZE = "#CFE0F7"  # second text on NAVY
AMBER = "#7A4100"
AMBER_PALE = "#FFF3DB"
AMBER_LINE = "#E8C37A"
GREEN = "#0B6238"
GREEN_PALE = "#E1F4EA"

SMALLEST = 24  # px; a text never gets smaller
KEY_H = 130  # px
GAP = 24
EDGE = 60
COLUMN = 960
RADIUS = 28


def luminance(color: str) -> float:
    """Relative luminance of "#RRGGBB", 0 to 1. Source: WCAG 2.1."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21. Source: WCAG 2.1."""
    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
