"""How much each figure of a quadrangle counts: a logistic regression fitted on invented frames (docs/decisions/0021).

Ignorant of where the figures come from. The bench measures on frames of another seed.
"""

import numpy as np

from devices.cameras.page import Field
from devices.cameras.page_trust import FIGURES

OFFSET = -23.902
WEIGHTS = {
    "edge_mean": 0.439,
    "edge_least": 2.648,
    "edge_second": 2.219,
    "steps_mean": -3.259,
    "steps_least": 1.511,
    "corners_mean": 3.724,
    "corners_least": 0.849,
    "beyond_mean": -16.574,
    "beyond_most": -1.29,
    "contrast_mean": 13.43,
    "contrast_least": 22.243,
    "contrast_spread": -5.213,
    "uneven": -4.023,
    "tint_spread": 18.088,
    "tint": -37.956,
    "tint_spread_outside": -69.327,
    "lightness": 12.958,
    "lightness_spread": 6.721,
    "aspect_off": -25.775,
    "skew": -5.133,
    "size": 35.724,
    "dark_sides": -0.866,
    "one_dark": -0.785,
}
SQUARES = {
    "edge_mean": -4.166,
    "edge_least": -2.556,
    "edge_second": 3.623,
    "steps_mean": 5.227,
    "steps_least": 0.281,
    "corners_mean": -0.303,
    "corners_least": -2.506,
    "beyond_mean": 37.461,
    "beyond_most": -0.828,
    "contrast_mean": -5.277,
    "contrast_least": -82.529,
    "size": -24.291,
    "aspect_off": -220.459,
    "lightness": 0.165,
}


def trust_of(rows: Field) -> Field:
    """How far each candidate is to be trusted, 0 to 1.

    Args:
        rows: as `figures` gives them, one a candidate.
    """
    linear = np.array([WEIGHTS[name] for name in FIGURES], np.float32)
    squared = np.array([SQUARES.get(name, 0.0) for name in FIGURES], np.float32)
    total = OFFSET + rows @ linear + rows**2 @ squared
    return np.asarray(1 / (1 + np.exp(-np.clip(total, -30, 30))), np.float32)
