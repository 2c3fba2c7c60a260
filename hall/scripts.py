"""Where Mongolian stands beside Chinese.

Source: 内蒙古自治区社会市面蒙汉两种文字并用管理办法 (1996): above or before, and on the left. Whether that order still
stands is for each site to say.
"""

from enum import StrEnum


class Scripts(StrEnum):
    """Order and presence of the two scripts."""

    ZH_ONLY = "zh_only"
    MN_ABOVE_ZH = "mn_above_zh"
    ZH_ABOVE_MN = "zh_above_mn"
    MN_LEFT_ZH = "mn_left_zh"
